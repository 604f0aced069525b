"""Words that are kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often a view is sent: on the first working day of the week or of the month, for the one before."""

    WEEKLY = "weekly", _("每周")
    MONTHLY = "monthly", _("每月")


class Form(models.TextChoices):
    """What a mail brings beside the headline figures and the way to the page."""

    LINK = "link", _("只有链接")
    XLSX = "xlsx", _("XLSX 附件")
    PDF = "pdf", _("PDF 附件")
