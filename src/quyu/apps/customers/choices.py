from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    DEALER = "dealer", _("经销商")
    KEY_ACCOUNT = "key_account", _("重点客户")
    OUTLET = "outlet", _("终端")
    OTHER = "other", _("其他")


class CustomerTier(models.TextChoices):
    A = "a", _("A 类")
    B = "b", _("B 类")
    C = "c", _("C 类")
    PROSPECT = "prospect", _("潜在")


class ClaimState(models.TextChoices):
    """A claim on a customer: waiting for an answer or a ruling, ruled one of three ways, or taken back."""

    OPEN = "open", _("待答复")
    ANSWERED = "answered", _("待裁定")
    GRANTED = "granted", _("归认领方")
    SHARED = "shared", _("分享业绩")
    REFUSED = "refused", _("维持现状")
    WITHDRAWN = "withdrawn", _("已撤回")
