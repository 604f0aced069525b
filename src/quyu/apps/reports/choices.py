"""Words that are kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often a view is sent: on the first working day of the week or of the month, for the one before."""

    WEEKLY = "weekly", _("每周")
    MONTHLY = "monthly", _("每月")
