"""plan.pdf: two or three pages a manager reads: map, targets, season and the method in plain words."""

from pathlib import Path
from typing import Any

from quyu.kernel.money import format_wan
from quyu.kernel.rate import format_bp, growth_bp, ratio_bp
from quyu.platform.documents.typesetting import typeset
from quyu.shell.plan import pictures
from quyu.shell.plan.figures import PlanFigures
from quyu.shell.plan.workbook import compared

TEMPLATE = Path(__file__).with_name("plan.typ")
MOST_REGIONS = 46


def write(path: Path, figures: PlanFigures) -> None:
    """Renders the document; it says so in its own text where more regions exist than fit."""
    path.write_bytes(typeset(TEMPLATE, content(figures)))


def content(figures: PlanFigures) -> dict[str, Any]:
    """Everything the template shows, already formatted."""
    axes = figures.axes
    rows = compared(figures, is_brief=True)
    regions = [row for row in rows if row[0] == "区域"]
    has_actual = figures.actual is not None
    quality = figures.quality
    return {
        "title": f"{figures.company} {axes.year} 年销售目标",
        "subtitle": f"{len(axes.leaves)} 个销售区域 · {len(axes.months)} 个月 · {len(axes.lines)} 条产品线",
        "cards": _cards(figures),
        "map": pictures.territory_map(figures),
        "season": pictures.season(figures),
        "regions": {
            "head": _head("区域", has_actual=has_actual),
            "rows": [_row(row, has_actual=has_actual) for row in regions[:MOST_REGIONS]],
            "note": _cut(len(regions)),
        },
        "months": {
            "head": _head("月份", has_actual=has_actual),
            "rows": [_row(r, has_actual=has_actual) for r in rows if r[0] == "月份"],
        },
        "lines": {
            "head": _head("产品线", has_actual=has_actual),
            "rows": [_row(r, has_actual=has_actual) for r in rows if r[0] == "产品线"],
        },
        "method": [*figures.method, _division(quality.is_proposed, quality.deviation_bp, quality.gap_bp)],
        "derived": list(figures.derived),
        "certificate": f"区域 × 期间 × 产品线共核对 {figures.nodes_checked:,} 个节点，每个节点等于下级之和（精确到分），{figures.violations} 处不符。",
        "sources": [f"{s.name}：{s.row_count:,} 行，sha256 {s.sha256}" for s in figures.sources],
    }


def _cards(figures: PlanFigures) -> list[dict[str, str]]:
    before = int(figures.before.sum())
    growth = growth_bp(figures.total_fen, before)
    cards = [
        {
            "label": f"{figures.axes.year} 年目标（万元）",
            "value": f"{format_wan(figures.total_fen)}",
            "note": "各级之和精确到分",
        },
        {
            "label": "上年实绩（万元）",
            "value": format_wan(before),
            "note": f"目标增长 {format_bp(growth) if growth is not None else '—'}",
        },
    ]
    if figures.actual is not None:
        done = int(figures.actual.sum())
        rate = ratio_bp(done, figures.total_fen)
        cards.append(
            {
                "label": f"实绩（万元，至 {figures.actual_upto}）",
                "value": format_wan(done),
                "note": f"达成率 {format_bp(rate) if rate is not None else '—'}",
            }
        )
    people = len([name for name in figures.people if name != "未派人"])
    cards.append({"label": "人员", "value": f"{people} 人", "note": f"{len(figures.axes.leaves)} 个销售区域"})
    return cards


def _head(first: str, *, has_actual: bool) -> list[str]:
    return [first, "目标", *(["实绩", "达成率"] if has_actual else []), "上年", "目标增长"]


def _row(row: tuple[str, str, int, int, int], *, has_actual: bool) -> list[str]:
    _, name, target, actual, before = row
    rate, growth = ratio_bp(actual, target), growth_bp(target, before)
    done = [format_wan(actual), format_bp(rate) if rate is not None else "—"] if has_actual else []
    return [
        name,
        format_wan(target),
        *done,
        format_wan(before),
        format_bp(growth) if growth is not None else "—",
    ]


def _cut(count: int) -> str:
    return f"此处列出前 {MOST_REGIONS} 行，共 {count} 行，全部见 plan.xlsx。" if count > MOST_REGIONS else ""


def _division(is_proposed: bool, deviation_bp: int | None, gap_bp: int | None) -> str:
    if not is_proposed:
        return "销售区域沿用文件中已有的划分。"
    deviation = (
        f"各区域与平均负荷的最大偏差 {format_bp(deviation_bp)}"
        if deviation_bp is not None
        else "各区域负荷已均衡"
    )
    gap = f"，与理论最紧凑划分的差距不超过 {format_bp(gap_bp)}" if gap_bp is not None else ""
    return f"销售区域由均衡、连通、紧凑的划分算法提出：{deviation}{gap}。"
