"""The plan of territories for the management meeting: map, table, what moves, and what the solver proved, as PDF data.

Everything is formatted here; the template only sets it. It holds what the reader may see and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentEdit
from quyu.apps.territories.plan_map import Area, Backdrop, backdrop_of, drawing, pieces_of
from quyu.apps.territories.selectors import Reading, TerritoryLoad, UnitChange
from quyu.apps.territories.selectors.colouring import colours_of
from quyu.apps.territories.selectors.rearranging import measured_levels
from quyu.kernel.measure import format_value
from quyu.kernel.money import format_wan
from quyu.platform.fields.values import listed
from quyu.platform.geography import selectors as geography
from quyu.platform.people.scope import Scope

TEMPLATE = Path(__file__).with_name("plan.typ")
NAMED = 40
"""How many units a line of moves names before it says how many more there are."""


@dataclass(frozen=True)
class Sources:
    """What the pages are made of, read once; `numbers`: territory id -> its number in the tables and on the maps."""

    alignment: Alignment
    reading: Reading
    loads: Sequence[TerritoryLoad]
    changes: Sequence[UnitChange]
    numbers: Mapping[int, int]
    outlines: Mapping[str, geography.Outline]
    hues: Mapping[int, int]
    moved: Mapping[str, str]
    backdrop: Backdrop

    def areas(self, loads: Sequence[TerritoryLoad]) -> list[Area]:
        found = [(load.territory.pk, self.outlines.get(str(load.territory.pk))) for load in loads]
        return [
            Area(outline.geometry, outline.label_at, str(self.numbers[pk]), self.hues.get(pk, 0))
            for pk, outline in found
            if outline is not None
        ]


def content(
    alignment: Alignment,
    changes: Sequence[UnitChange],
    quality: Sequence[Mapping[str, Any]],
    *,
    scope: Scope,
    at: date,
) -> dict[str, Any]:
    """What the template shows; `changes` and `quality` as far as the reader may see them."""
    found = read_sources(alignment, changes, scope, at)
    dated = alignment.valid_from.isoformat() if alignment.valid_from else "—"
    counted = found.reading.dates.get(selectors.balanced_of(alignment)[0].measure)
    return {
        "title": alignment.name,
        "subtitle": _("区域划分方案 · {state} · 生效日 {dated} · 数据截至 {counted} · 制表 {at}").format(
            state=alignment.get_state_display(), dated=dated, counted=counted or "—", at=at
        ),
        "cards": cards(found),
        "map_title": _("总图"),
        "map": drawing(found.areas(found.loads), found.moved.values(), found.backdrop),
        "map_note": _("数字是表中的序号；红线是与生效方案不同的单元。边界由数据包绘制，仅供内部使用。"),
        "regions_title": _("各组织的销售区域"),
        "head": head(alignment),
        "regions": regions(found),
        "moves_title": _("与生效方案相比的调整"),
        "moves_head": [_("从"), _("到"), _("单元"), _("客户"), _("销售额（万元）"), _("调整的单元")],
        "moves": moves(found),
        "moves_none": _("与生效方案相同，没有调整。"),
        "proof_title": _("依据与证书"),
        "proof_head": [
            _("组织"), _("销售区域"), _("单元"), _("最大偏差"), _("公差之内"), _("连通"), _("紧凑度（km²）"), _("下界（km²）"), _("缺口"),
        ],
        "proof": [proved(row) for row in quality],
        "reasons": reasons(alignment, quality),
    }  # fmt: skip


def read_sources(alignment: Alignment, changes: Sequence[UnitChange], scope: Scope, at: date) -> Sources:
    reading = selectors.read(alignment, scope=scope, at=at)
    loads = selectors.loads(alignment, scope=scope, at=at, reading=reading)
    is_dated = alignment.state in (AlignmentState.ACTIVE, AlignmentState.RETIRED)
    hues = (
        colours_of(alignment)
        if is_dated
        else selectors.draft_colours(alignment, selectors.standing_of(alignment))
    )
    groups = {str(pk): units for pk, units in reading.base_units.items()}
    return Sources(
        alignment,
        reading,
        loads,
        changes,
        {load.territory.pk: number for number, load in enumerate(loads, start=1)},
        geography.outlines(groups),
        hues,
        pieces_of(geography.boundaries_geojson([change.unit.pk for change in changes])),
        backdrop_of(geography.backdrop_geojson()),
    )


def cards(found: Sources) -> list[dict[str, str]]:
    loads = found.loads
    out = sum(load.is_out for load in loads)
    vacant = sum(load.owner is None or load.owner.person is None for load in loads)
    moved = found.changes
    return [
        {
            "label": _("销售区域"),
            "value": str(len(loads)),
            "note": _("岗位空缺 {count}").format(count=vacant),
        },
        {
            "label": _("客户"),
            "value": f"{sum(load.customers for load in loads):,}",
            "note": _("调整 {count} 家").format(count=sum(change.customers for change in moved)),
        },
        {
            "label": _("近 12 个月销售额（万元）"),
            "value": format_wan(sum(load.amount_fen for load in loads)),
            "note": _("调整 {amount}").format(amount=format_wan(sum(change.amount_fen for change in moved))),
        },
        {
            "label": _("失衡"),
            "value": str(out),
            "note": listed(
                [
                    _("公差 {rate}，按{measure}").format(
                        rate=percent(one.tolerance_bp), measure=one.measure.label
                    )
                    for one in selectors.balanced_of(found.alignment)
                ]
            ),
        },
    ]


def head(alignment: Alignment) -> list[str]:
    """Columns of the tables of territories."""
    found = [_("序号"), _("销售区域"), _("负责人"), _("单元")]
    for measure in selectors.measured_of(alignment):
        unit = _("（万元）") if measure.unit == "fen" else ""
        found += [f"{measure.label}{unit}", _("偏差")]
    return [*found, _("均衡")]


def regions(found: Sources) -> list[dict[str, Any]]:
    """One block an org unit: its map and the table of its territories."""
    levels = measured_levels(found.alignment, [load.territory.pk for load in found.loads])
    blocks: dict[int, list[TerritoryLoad]] = {}
    for load in found.loads:
        blocks.setdefault(load.territory.org_unit_id, []).append(load)
    empty = Backdrop(found.backdrop.provinces, found.backdrop.lines[:0])
    made = []
    for loads in blocks.values():
        units = {unit for load in loads for unit in found.reading.base_units.get(load.territory.pk, [])}
        moved = [
            found.moved[c.unit.code]
            for c in found.changes
            if c.unit.pk in units and c.unit.code in found.moved
        ]
        made.append(
            {
                "name": loads[0].territory.org_unit.name,
                "map": drawing(found.areas(loads), moved, empty, is_small=True),
                "rows": [row(found, load, levels[load.territory.pk]) for load in loads],
            }
        )
    return made


def row(found: Sources, load: TerritoryLoad, levels: Sequence[Any]) -> list[str]:
    person = load.owner.person if load.owner else None
    cells = [
        str(found.numbers[load.territory.pk]),
        load.territory.name,
        person.name if person else _("空缺"),
        f"{load.unit_count:,}",
    ]
    for measure, level in zip(selectors.measured_of(found.alignment), levels, strict=True):
        cells += [format_value(level.value, measure.unit), signed(level.deviation_bp)]
    return [*cells, load.verdict]


def moves(found: Sources) -> list[list[str]]:
    """What goes from which territory to which: units, customers, sales; most customers first."""
    pairs: dict[tuple[str, str], list[UnitChange]] = {}
    for change in found.changes:
        source = change.source.name if change.source else _("（没有）")
        pairs.setdefault((source, change.target.name), []).append(change)
    ordered = sorted(pairs.items(), key=lambda item: (-sum(c.customers for c in item[1]), item[0]))
    made = []
    for (source, target), changes in ordered:
        named = listed([change.unit.name for change in changes[:NAMED]])
        rest = len(changes) - NAMED
        made.append(
            [
                source,
                target,
                str(len(changes)),
                f"{sum(change.customers for change in changes):,}",
                format_wan(sum(change.amount_fen for change in changes)),
                named + (_(" 等 {count} 个").format(count=len(changes)) if rest > 0 else ""),
            ]
        )
    return made


def proved(row: Mapping[str, Any]) -> list[str]:
    """What the solver said of one org unit when the plan was made."""
    squares = [row.get("objective_km2"), row.get("lower_bound_km2")]
    return [
        str(row["name"]),
        str(row["territories"]),
        str(row["units"]),
        percent(row["deviation_bp"]),
        _("是") if row["within_tolerance"] else _("否"),
        _("是") if row["contiguous"] else _("否"),
        *("—" if value is None else f"{value:,}" for value in squares),
        percent(row["gap_bp"]),
    ]


def reasons(alignment: Alignment, quality: Sequence[Mapping[str, Any]]) -> list[str]:
    """In sentences: what was asked for, what was proved, what a person changed afterwards."""
    method = alignment.method
    found = [
        _("按{measure}均衡，与本组织平均的偏差在 {rate} 以内。").format(
            measure=one.measure.label, rate=percent(one.tolerance_bp)
        )
        for one in selectors.balanced_of(alignment)
    ]
    if quality:
        found.append(
            _(
                "每个销售区域连成一片；在公差之内使紧凑度（指标加权的距离平方和）最小。缺口是它与理论下界之差，0 表示已证明最优。"
            )
        )
        found.append(_("随机种子 {seed}：同样的输入得到同样的方案。").format(seed=method.get("seed", 0)))
        wide = [row["name"] for row in quality if not row["within_tolerance"]]
        if wide:
            found.append(
                _("做不到公差的组织：{names}，通常是某个单元本身就太大。").format(names=listed(wide))
            )
    else:
        found.append(_("方案由人工划分，没有求解证书。"))
    steps = AlignmentEdit.objects.filter(alignment=alignment).count()
    if steps and quality:
        found.append(
            _("编制以后人工调整 {count} 步；证书说的是调整前的方案，表和图是现在的方案。").format(count=steps)
        )
    return found


def percent(bp: int) -> str:
    return f"{bp / 100:.1f}%"


def signed(bp: int | None) -> str:
    return "—" if bp is None else f"{bp / 100:+.1f}%"
