from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已批准")
    PUBLISHED = "published", _("已发布")
    SUPERSEDED = "superseded", _("已替代")


class EditRule(models.TextChoices):
    """What happens above and beside an edited cell; children always follow."""

    PUSH_UP = "none", _("上级随之变化")
    KEEP_TOTAL = "total", _("上级不变，由同级分摊")
