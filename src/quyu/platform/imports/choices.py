from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("已上传")
    READING = "reading", _("读取中")
    PREVIEWED = "previewed", _("待确认")
    RUNNING = "running", _("导入中")
    ACCEPTED = "accepted", _("已导入")
    REJECTED = "rejected", _("未通过")
    FAILED = "failed", _("中断")
    CANCELLED = "cancelled", _("已取消")


class ImportPhase(models.TextChoices):
    """What is being done to a run that is 读取中 or 导入中; blank otherwise."""

    QUEUED = "queued", _("排队")
    READING = "reading", _("读取")
    CHECKING = "checking", _("核对")
    WRITING = "writing", _("写入")
