"""The pages about one set of rules."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from quyu.apps.customers.models import RuleSet


def tabs_of(row: RuleSet, active: str) -> list[dict[str, Any]]:
    """Rules and overlays, with how many there are."""
    pages = (
        ("rules", _("规则"), "rule-set", row.rules.count()),
        ("overlays", _("叠加区域与业绩分成"), "rule-set-overlays", row.overlays.count()),
    )
    return [
        {"label": label, "url": reverse(name, args=[row.pk]), "active": key == active, "count": count}
        for key, label, name, count in pages
    ]
