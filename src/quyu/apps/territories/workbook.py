"""A draft as a workbook: its units, each with the territory to change; its territories; how to use it.

Every figure is a value and every text a text: nothing in the file is a formula, so no name can become one.
Row 2 of the first sheet carries the stamp by which the file is compared with the draft it came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from quyu.apps.territories import selectors
from quyu.apps.territories.measures import Measure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import Standing, TerritoryLoad
from quyu.apps.territories.selectors.what_if import levels_of
from quyu.platform.people.scope import Scope

MARK = "quyu-alignment"
STAMP_ROW, HEADER_ROW = 1, 3
LISTED = 32_000
"""A choice list of more territories than this would no longer open quickly."""
Formats = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One sheet with a header; `money` and `rates` are the columns with these formats."""

    sheet: Any
    formats: Formats
    money: frozenset[int]
    rates: frozenset[int]

    def row(self, number: int, values: Sequence[object], look: str = "text") -> None:
        for column, value in enumerate(values):
            if isinstance(value, int | float):
                kind = "money" if column in self.money else "rate" if column in self.rates else "count"
                self.sheet.write_number(number, column, value, self.formats[kind])
            elif value is not None:
                self.sheet.write_string(number, column, str(value), self.formats[look])


def label_of(territory: Territory) -> str:
    """How the workbook names a territory: its code and, where it says more, its name."""
    return territory.code if territory.name == territory.code else f"{territory.code} {territory.name}"


def stamp_of(alignment: Alignment) -> str:
    return f"{MARK}:{alignment.pk}:{alignment.version}"


def workbook(alignment: Alignment, *, scope: Scope, at: date) -> bytes:
    """The XLSX of what the reader may see; the same draft gives the same bytes."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    made = datetime(at.year, at.month, at.day)  # noqa: DTZ001
    book.set_properties({"title": alignment.name, "created": made})
    formats = looks(book)
    standing = selectors.standing_of(alignment)
    seen = {
        t.pk: t for t in Territory.objects.visible_to(scope, at).select_related("org_unit").order_by("code")
    }
    locks = selectors.locked(alignment)
    units = book.add_worksheet(_("单元"))
    sides = book.add_worksheet(_("销售区域"))
    loads = {load.territory.pk: load for load in selectors.loads(alignment, scope=scope, at=at)}
    count = write_territories(sides, formats, alignment, standing, seen, loads, locks[1], at)
    write_units(units, formats, alignment, standing, seen, locks, (scope, at))
    if 0 < count <= LISTED:
        last = HEADER_ROW + len(standing.ids) + 1
        source = f"='{_('销售区域')}'!$A$2:$A${count + 1}"
        units.data_validation(
            HEADER_ROW + 1, 4, last, 4, {"validate": "list", "source": source, "error_type": "warning"}
        )
    write_readme(book.add_worksheet(_("说明")), formats, alignment)
    book.close()
    return content.getvalue()


def looks(book: Any) -> Formats:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "stamp": book.add_format({"font_color": "#8A94A0", "font_size": 9}),
        "text": book.add_format({}),
        "change": book.add_format({"bg_color": "#FFF6DE"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "rate": book.add_format({"num_format": "0.0%"}),
    }


def shown(measure: Measure, value: int) -> float:
    """A value as people read it: yuan for money, the displayed unit for the rest."""
    return value / (100 if measure.unit == "fen" else measure.measured_in.scale)


def words_of(measures: Sequence[Measure]) -> list[str]:
    """What the columns of measures are called."""
    return [
        _("%(measure)s（元）") % {"measure": m.label} if m.unit == "fen" else str(m.label) for m in measures
    ]


def money_columns(measures: Sequence[Measure], first: int, step: int, wide: int) -> frozenset[int]:
    """The columns of amounts, where each measure takes `step` columns of which `wide` hold values."""
    places = [place for place, measure in enumerate(measures) if measure.unit == "fen"]
    return frozenset(first + place * step + offset for place in places for offset in range(wide))


def write_units(
    sheet: Any,
    formats: Formats,
    alignment: Alignment,
    standing: Standing,
    seen: Mapping[int, Territory],
    locks: tuple[frozenset[int], frozenset[int]],
    reach: tuple[Scope, date],
) -> None:
    """One row a unit in reach, by code; column E is the one to change."""
    sheet.write_string(0, 0, alignment.name, formats["title"])
    sheet.write_string(STAMP_ROW, 0, stamp_of(alignment), formats["stamp"])
    sheet.write_string(STAMP_ROW, 4, _("改这一列；上一行的标记请勿删除。"), formats["stamp"])
    measures = selectors.measured_of(alignment)
    own = [_("单元编码"), _("单元名称"), _("地级"), _("省级"), _("销售区域")]
    heads = [*own, *words_of(measures), _("锁定")]
    writer = Sheet(sheet, formats, money_columns(measures, 5, 1, 1), frozenset())
    writer.row(HEADER_ROW, heads, "head")
    rows = AlignmentUnit.objects.filter(alignment=alignment).visible_to(*reach).select_related("unit")
    number = HEADER_ROW
    for row in rows.order_by("unit__code"):
        spot = standing.spot_of.get(row.unit.code)
        if spot is None or row.territory_id not in seen:
            continue
        number += 1
        side = seen[row.territory_id]
        figures = [shown(m, int(v)) for m, v in zip(measures, standing.weights[spot], strict=True)]
        is_locked = row.unit_id in locks[0] or side.pk in locks[1]
        unit = row.unit
        writer.row(
            number,
            [
                unit.code,
                unit.name,
                unit.city,
                unit.province,
                None,
                *figures,
                _("已锁定") if is_locked else None,
            ],
        )
        sheet.write_string(number, 4, label_of(side), formats["text" if is_locked else "change"])
    sheet.set_column(0, 3, 14)
    sheet.set_column(4, 4, 30)
    sheet.set_column(5, 5 + len(heads), 16)
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.autofilter(HEADER_ROW, 0, max(number, HEADER_ROW + 1), len(heads) - 1)


def write_territories(
    sheet: Any,
    formats: Formats,
    alignment: Alignment,
    standing: Standing,
    seen: Mapping[int, Territory],
    loads: Mapping[int, TerritoryLoad],
    locked: frozenset[int],
    at: date,
) -> int:
    """What each territory in reach carries, against the mean of its org unit: values as of the export."""
    heads = [_("销售区域"), _("组织"), _("负责岗位"), _("负责人"), _("单元数")]
    measures = selectors.measured_of(alignment)
    for word in words_of(measures):
        heads += [
            word,
            _("%(measure)s：组织平均") % {"measure": word},
            _("%(measure)s：偏差") % {"measure": word},
            _("%(measure)s：公差") % {"measure": word},
        ]
    heads += [_("均衡"), _("锁定")]
    first, count = 5, len(measures)
    rates = frozenset(first + 4 * place + offset for place in range(count) for offset in (2, 3))
    writer = Sheet(sheet, formats, money_columns(measures, first, 4, 2), rates)
    writer.row(0, heads, "head")
    held = {int(standing.territories[side]) for side in standing.counts.nonzero()[0]}
    listed = [t for t in seen.values() if t.pk in held or t.valid_to is None or t.valid_to > at]
    owners = selectors.owners_on([t.pk for t in listed], at)
    sides = [standing.side_of[t.pk] for t in listed]
    levels = levels_of(standing, sides, together=not alignment.method.get("per_org_unit", True))
    tolerances = {one.measure: one.tolerance_bp / 10_000 for one in selectors.balanced_of(alignment)}
    for number, (territory, side) in enumerate(zip(listed, sides, strict=True), start=1):
        owner = owners.get(territory.pk)
        person = owner.person.name if owner and owner.person else _("空缺")
        values: list[object] = [
            label_of(territory),
            territory.org_unit.name,
            owner.position.name if owner else "",
            person,
        ]
        values.append(int(standing.base_counts[side]))
        for kind, level in zip(measures, levels[side], strict=True):
            rate = None if level.deviation_bp is None else level.deviation_bp / 10_000
            values += [shown(kind, level.value), shown(kind, level.mean), rate, tolerances.get(kind)]
        load = loads.get(territory.pk)
        balance = load.verdict if load else str(selectors.BALANCE_WORDS["none"])
        values += [balance, _("已锁定") if territory.pk in locked else None]
        writer.row(number, values)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(heads), 16)
    sheet.freeze_panes(1, 1)
    return len(listed)


def write_readme(sheet: Any, formats: Formats, alignment: Alignment) -> None:
    lines = [
        (_("区域划分方案"), alignment.name),
        (_("状态"), alignment.get_state_display()),
        (_("标记"), stamp_of(alignment)),
        (
            _("怎样修改"),
            _("只改“单元”表的“销售区域”一列：从下拉列表选，或写编码、唯一的名称；保存后在草案页上传。"),
        ),
        (_("核对"), _("上传后先看每个有关区域每个指标的前后对比，确认后作为一步写入，可以撤销。")),
        (_("留空"), _("空白单元格和没有列出的单元保持不变。")),
        (_("锁定"), _("锁定的单元和销售区域不能改，改了会逐行指出。")),
        (_("数值"), _("“销售区域”表是导出时的数值，不会随修改重算。")),
    ]
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    for number, (term, text) in enumerate(lines):
        sheet.write_string(number, 0, term, formats["head"])
        sheet.write_string(number, 1, text, formats["text"])
