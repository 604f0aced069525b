from django.db import models
from django.utils.translation import gettext_lazy as _


class AlignmentState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已批准")
    ACTIVE = "active", _("生效")
    RETIRED = "retired", _("已停用")
