from django.db import models
from django.utils.translation import gettext_lazy as _


class LimitKind(models.TextChoices):
    """What is delegated within limits; an app that enforces one adds its kind here."""

    TARGET_SHIFT = "target_shift", _("目标调整")
