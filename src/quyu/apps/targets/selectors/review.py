"""What an approver weighs: what changed against the version before, by node and by person, and how fair it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.fairness import Spread, spread
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.letter_content import regions_by_person
from quyu.apps.targets.selectors.potential import measures_with_figures, potential_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import Sums, region_sums
from quyu.kernel.rate import growth_bp

MOST_ROWS = 30
LEVELS = ("", "unit", "leaf")


@dataclass(frozen=True)
class Mover:
    """A node or a person: target before and after, last year, and the growth either asks; `before` None if new."""

    name: str
    owner: str
    depth: int
    before: int | None
    after: int
    last_year: int

    @property
    def delta(self) -> int:
        return self.after - (self.before or 0)

    @property
    def delta_bp(self) -> int | None:
        return None if self.before is None else growth_bp(self.after, self.before)

    @property
    def growth_bp(self) -> int | None:
        return growth_bp(self.after, self.last_year)

    @property
    def growth_before_bp(self) -> int | None:
        return None if self.before is None else growth_bp(self.before, self.last_year)


@dataclass(frozen=True)
class Fairness:
    """The spread over territories of growth on last year, and of their share of the target on their share of the
    potential (10,000 is even); and over people of their target."""

    growth: Spread | None
    potential: Spread | None
    per_head: Spread | None


@dataclass(frozen=True)
class Review:
    """`previous` is the published version compared with, if any; movers come largest change first."""

    previous: PlanVersion | None
    total: Mover
    regions: tuple[Mover, ...]
    people: tuple[Mover, ...]
    unchanged: int
    now: Fairness
    before: Fairness | None


def previous_of(version: PlanVersion) -> PlanVersion | None:
    """The version published last before this one, for the same year and measure."""
    rows = PlanVersion.objects.filter(
        plan__year=version.plan.year,
        plan__measure=version.plan.measure,
        state__in=(VersionState.PUBLISHED, VersionState.SCHEDULED, VersionState.SUPERSEDED),
    ).exclude(pk=version.pk)
    if version.published_at is not None:
        rows = rows.filter(published_at__lt=version.published_at)
    return rows.select_related("plan").order_by("-published_at", "-pk").first()


def review(version: PlanVersion, *, reach: Reach, at: date, level: str = "", text: str = "") -> Review:
    """The comparison as far as the reader reaches; `level` narrows to units or territories, `text` by name."""
    axes = Axes.from_json(version.axes)
    cells = store.load_shaped(version, axes.shape)
    before_cells = last_year_cells(version, axes)
    after, last_year = region_sums(axes, cells), region_sums(axes, before_cells)
    previous = previous_of(version)
    before = _before(previous) if previous else {}
    movers = [
        _mover(axes, code, before if previous else None, after[place], last_year[place])
        for place, code in enumerate(axes.regions)
        if reach.covers(axes, code)
    ]
    wanted = [mover for mover in movers if _is_wanted(mover[0], axes, level, text, mover[1])]
    changed = [mover for code, mover in wanted if mover.before != mover.after]
    changed.sort(key=lambda mover: (-abs(mover.delta), mover.name))
    return Review(
        previous=previous,
        total=movers[0][1] if movers else Mover("", "", 0, None, 0, 0),
        regions=tuple(changed[:MOST_ROWS]),
        people=tuple(_people(axes, reach, before if previous else None, after, last_year, text)),
        unchanged=len(wanted) - len(changed),
        now=fairness(axes, cells, before_cells, reach, at=at),
        before=_fairness_before(previous, reach, at),
    )


def _before(version: PlanVersion) -> dict[str, int]:
    axes = Axes.from_json(version.axes)
    found = region_sums(axes, store.load_shaped(version, axes.shape))
    return dict(zip(axes.regions, (int(value) for value in found), strict=True))


def _mover(
    axes: Axes, code: str, before: dict[str, int] | None, after: Any, last_year: Any
) -> tuple[str, Mover]:
    was = None if before is None else before.get(code)
    name, owner = axes.name(code), axes.owner_name(code)
    return code, Mover(name, owner, axes.depths[code], was, int(after), int(last_year))


def _is_wanted(code: str, axes: Axes, level: str, text: str, mover: Mover) -> bool:
    is_leaf = axes.tree.is_leaf(code)
    fits = level == "" or is_leaf == (level == "leaf")
    return fits and (not text or text in mover.name or text in mover.owner)


def _people(
    axes: Axes, reach: Reach, before: dict[str, int] | None, after: Sums, last_year: Sums, text: str
) -> list[Mover]:
    """Who answers for a territory, with all he answers for; largest change first."""
    place = {code: index for index, code in enumerate(axes.regions)}
    movers = []
    for regions in regions_by_person(axes).values():
        if not all(reach.covers(axes, code) for code in regions):
            continue
        name = axes.owner_name(regions[0])
        was = None if before is None else sum(before.get(code, 0) for code in regions)
        now = sum(int(after[place[code]]) for code in regions)
        year_before = sum(int(last_year[place[code]]) for code in regions)
        where = "、".join(axes.name(code) for code in regions)
        if (was is None or was != now) and (not text or text in name or text in where):
            movers.append(Mover(name, where, 0, was, now, year_before))
    movers.sort(key=lambda mover: (-abs(mover.delta), mover.name))
    return movers[:MOST_ROWS]


def fairness(axes: Axes, cells: Cells, last_year: Cells, reach: Reach, *, at: date) -> Fairness:
    """Over the territories within reach; growth and shares in basis points, per head in the measure's unit."""
    after, before = region_sums(axes, cells), region_sums(axes, last_year)
    leaves = [
        (place, code, f"{axes.name(code)} {axes.owner_name(code)}".strip())
        for place, code in enumerate(axes.regions)
        if axes.tree.is_leaf(code) and reach.covers(axes, code)
    ]
    growth = {name: growth_bp(int(after[place]), int(before[place])) for place, _code, name in leaves}
    per_head: dict[str, int] = {}
    for place, code, _name in leaves:
        if person := str(axes.owners.get(code, {}).get("person") or ""):
            who = axes.owner_name(code) or person
            per_head[who] = per_head.get(who, 0) + int(after[place])
    targets = {code: (name, int(after[place])) for place, code, name in leaves}
    return Fairness(spread(_known(growth)), spread(_on_potential(axes, targets, at)), spread(per_head))


def _known(values: dict[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in values.items() if value is not None}


def _on_potential(axes: Axes, targets: dict[str, tuple[str, int]], at: date) -> dict[str, int]:
    """Share of the target over share of the potential, of territories whose potential is known."""
    measures = measures_with_figures(at)
    if not measures:
        return {}
    found = potential_of(axes, measures[0][0], at=at)
    known = {code: float(v) for code, v in zip(axes.leaves, found, strict=True) if code in targets and v > 0}
    whole, total = sum(known.values()), sum(targets[code][1] for code in known)
    if total <= 0:
        return {}
    return {
        targets[code][0]: round(targets[code][1] / total * whole / value * 10_000)
        for code, value in known.items()
    }


def _fairness_before(previous: PlanVersion | None, reach: Reach, at: date) -> Fairness | None:
    if previous is None:
        return None
    axes = Axes.from_json(previous.axes)
    cells = store.load_shaped(previous, axes.shape)
    return fairness(axes, cells, last_year_cells(previous, axes), reach, at=at)
