"""Market data follow a change of codes: what adds up is divided by shares and added, rates are weighed by people.

The facts of the old units stay, of the old units; the new unit gets facts of its own that say what they are made of.
Where a part is unknown, nothing is made up: the gap is filled visibly, as every other one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from quyu.apps.market.choices import Known
from quyu.apps.market.selectors import indicators
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.fields.values import listed
from quyu.platform.geography.choices import MarketMeasure
from quyu.platform.geography.codes.followers import Succession, Touched
from quyu.platform.geography.codes.lines import WHOLE, Event
from quyu.platform.geography.models import MarketFigure
from quyu.platform.people.models import User

SOURCE_LENGTH = 200
FIELDS = ("unit__code", "measure", "value", "as_of", "source")


@dataclass(frozen=True)
class Part:
    """The newest fact of one of the units an indicator of a new unit is made of."""

    value: int
    as_of: date
    source: str


Facts = Mapping[str, Mapping[str, Part]]
"""Indicator -> unit code -> fact."""


class MarketFollower:
    """Registered with the changes of codes."""

    def touched(self, event: Event, today: date) -> list[Touched]:
        count = MarketFigure.objects.filter(unit__code__in=event.olds, as_of__lte=today).count()
        outcome = _("原单元的数据保留；新单元按份额（可相加的）或按人口加权（比率、指数）推算，注明来历")
        return [Touched(_("市场数据"), count, outcome)]

    def obstacle(self, event: Event, today: date) -> Refusal | None:
        """Nothing: what cannot be worked out is a gap."""
        del event, today
        return None

    def follow(self, done: Succession, *, actor: User | None, at: datetime) -> Mapping[str, int]:
        today = day_of(at)
        facts = newest(done.event, today)
        there = MarketFigure.objects.filter(unit__code__in=done.event.news, as_of=today)
        taken = set(there.values_list("unit__code", "measure"))
        made = [
            MarketFigure(
                unit=done.units[new], measure=one.code, as_of=part.as_of, value=part.value, source=part.source,
                recorded_by=actor, recorded_at=at,
            )
            for one in indicators()
            for new, part in worked_out(done, one, facts, today).items()
            if (new, one.code) not in taken
        ]  # fmt: skip
        MarketFigure.objects.bulk_create(made, batch_size=500)
        return {"market_figures": len(made)}


def newest(event: Event, today: date) -> dict[str, dict[str, Part]]:
    rows = MarketFigure.objects.filter(unit__code__in=event.codes, as_of__lte=today).order_by("as_of")
    found: dict[str, dict[str, Part]] = {}
    for code, measure, value, as_of, source in rows.values_list(*FIELDS):
        found.setdefault(measure, {})[code] = Part(value, as_of, source)
    return found


def worked_out(done: Succession, one: Known, facts: Facts, today: date) -> dict[str, Part]:
    """An indicator of the new units, for those of which every part is known; the day is that of its oldest part."""
    known, event = facts.get(one.code, {}), done.event
    parts = event.divided({code: part.value for code, part in known.items()})
    people = {code: part.value for code, part in facts.get(MarketMeasure.POPULATION, {}).items()}
    found: dict[str, Part] = {}
    for new in event.news:
        own = [] if new in done.fresh or new in event.olds else [new]
        codes = [*event.sources_of(new), *own]
        if not all(code in known for code in codes):
            continue
        if one.adds_up:
            value: int | None = parts.get(new, 0) + sum(known[code].value for code in own)
        else:
            value = weighed(event, new, codes, {code: known[code].value for code in codes}, people)
        if value is None or (new in known and known[new].value == value):
            continue
        day = min(known[code].as_of for code in codes) if new in done.fresh else today
        found[new] = Part(value, day, told(event, codes, known))
    return found


def weighed(
    event: Event, new: str, codes: Sequence[str], values: Mapping[str, int], people: Mapping[str, int]
) -> int | None:
    """The mean of rates by the people each part brings, rounded half up; None where they are unknown."""
    if len(codes) == 1:
        return values[codes[0]]
    shares = {line.old: line.share for line in event.lines if line.new == new}
    weight = {code: people.get(code, 0) * shares.get(code, WHOLE) for code in codes}
    whole = sum(weight.values())
    if not whole or not all(weight.values()):
        return None
    return (2 * sum(values[code] * weight[code] for code in codes) + whole) // (2 * whole)


def told(event: Event, codes: Sequence[str], known: Mapping[str, Part]) -> str:
    """What the fact is made of."""
    said = _("区划变更 {day}：由 {codes} 推算（{sources}）").format(
        day=event.on,
        codes=listed(codes),
        sources=listed(dict.fromkeys(f"{known[code].source} {known[code].as_of}" for code in codes)),
    )
    return said[:SOURCE_LENGTH]
