"""What others did to a draft, in sentences, as far as the reader may see."""

from django.utils.translation import gettext as _

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import EditKind
from quyu.apps.territories.models import Alignment, Territory
from quyu.platform.people.guard import GuardedRequest

NEWEST = 3
"""How many steps are told: the newest ones."""


def steps_told(
    request: GuardedRequest, alignment: Alignment, version: int, *, most: int = NEWEST
) -> list[str]:
    """The newest steps since a version, oldest first."""
    seen = None
    if not request.scope.is_everything:
        visible = Territory.objects.visible_to(request.scope, request.today)
        seen = frozenset(visible.values_list("pk", flat=True))
    found = []
    for step in selectors.steps_since(alignment, version, seen=seen)[-most:]:
        said = {
            "who": step.actor or _("系统"),
            "kind": EditKind(step.kind).label,
            "units": "、".join(step.units) or "、".join(step.territories),
            "count": step.unit_count,
            "territories": "、".join(step.territories),
        }
        found.append(
            _("%(who)s %(kind)s了 %(units)s（共 %(count)s 个单元，涉及 %(territories)s）。") % said
            if step.unit_count and step.territories
            else _("%(who)s %(kind)s了 %(units)s。") % said
        )
    return found
