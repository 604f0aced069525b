"""What a map can be coloured by: one value per unit, with the units whose value is estimated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.apps.market import field
from quyu.apps.market.selectors.filling import filled, ground
from quyu.apps.market.selectors.indicators import indicators
from quyu.apps.market.selectors.potential import potential
from quyu.apps.market.selectors.white_space import white_space
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Layer:
    """One value per unit code, in a unit of `quyu.kernel.measure`; `estimated` units were filled, not reported."""

    id: str
    label: str | Promise
    unit: str
    values: Mapping[str, int]
    estimated: frozenset[str] = frozenset()


def layers(scope: Scope, at: date) -> list[Layer]:
    """The layers that have values on a day, over the units in reach."""
    seen, known = field.places(scope, at), ground(at)
    modelled = {code: value for code, value in potential(at).items() if code in seen}
    found = (
        [Layer("potential", _("市场潜力（模型）"), "fen", modelled, frozenset(modelled))] if modelled else []
    )
    empty = {one.unit.code: one.unwon for one in white_space(scope, at)} if modelled else {}
    if empty:
        found.append(Layer("white_space", _("空白市场（未实现潜力）"), "fen", empty, frozenset(empty)))
    for one in indicators():
        whole = filled(one, at, known)
        values = {code: value for code, value in whole.values.items() if code in seen}
        if values:
            estimated = frozenset(code for code in whole.how if code in values)
            found.append(Layer(f"market:{one.code}", one.label, one.unit, values, estimated))
    return found
