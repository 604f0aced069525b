"""The year's target: a total from history, growth or the user, spread over region x month x line x person."""

from dataclasses import dataclass
from datetime import date, datetime

from quyu.apps.targets import selectors as targets
from quyu.apps.targets import services
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Plan, PlanVersion
from quyu.kernel.money import format_wan
from quyu.kernel.rate import apply_bp, format_bp, growth_bp
from quyu.platform.people.models import User
from quyu.shell.plan import history
from quyu.shell.plan.note import Note


@dataclass(frozen=True)
class Breakdown:
    """The version made and the words for it."""

    version: PlanVersion
    axes: Axes
    past: history.PastYears
    growth_bp: int
    method: tuple[str, ...]


def break_down(
    *,
    year: int,
    total_fen: int | None,
    growth: int | None,
    name: str,
    actor: User | None,
    today: date,
    at: datetime,
) -> Breakdown:
    """Makes a draft version. `growth` in basis points on the last year; without either the trend goes on."""
    axes = targets.freeze(year=year, at=today)
    past = history.past_years(axes, year, today=today)
    base = history.baseline_of(axes, past, target_year=year, growth_bp=growth)
    last = history.completed_last_year(past)
    before = int(last.sum())
    total = total_fen if total_fen is not None else before + apply_bp(before, base.growth_bp)
    reached = growth_bp(total, before)
    method = _method(
        past, base.growth_bp, base.festival_shift_days, len(base.without_history), total_fen, growth
    )
    version = services.create_plan(
        name=free_name(name, year),
        year=year,
        base=base.cells,
        total_fen=total,
        actor=actor,
        at=at,
        axes=axes,
        last_year=last,
        method={
            "sentences": list(method),
            "growth_bp": reached,
            "years": list(past.years),
            "closed_months": past.closed,
        },
    )
    return Breakdown(version, axes, past, 0 if reached is None else reached, method)


def free_name(name: str, year: int) -> str:
    """The name, or the name with a number behind it when a plan of that year bears it."""
    taken = set(Plan.objects.filter(year=year, measure="amount").values_list("name", flat=True))
    return next(n for n in (name, *(f"{name} {k}" for k in range(2, 10_000))) if n not in taken)


def _method(
    past: history.PastYears, trend: int, shift: int, without: int, total_fen: int | None, growth: int | None
) -> tuple[str, ...]:
    years = f"{past.years[0]}–{past.years[-1]}" if len(past.years) > 1 else f"{past.years[0]}"
    lines: list[str] = [
        Note("基线取 {years} 年的实绩：水平为最后一年，季节为各年各月占比的平均。", years=years)
    ]
    if past.closed < history.MONTHS:
        lines.append(
            Note(
                "{year} 年只有 {months} 个完整月份，其余月份按上年同月与今年至今的增幅估计。",
                year=past.years[-1],
                months=past.closed,
            )
        )
    if shift:
        lines.append(
            Note("春节比上年晚 {days} 天，一至三月的销售按春节位置平移后再分月。", days=shift)
            if shift > 0
            else Note("春节比上年早 {days} 天，一至三月的销售按春节位置平移后再分月。", days=-shift)
        )
    if total_fen is not None:
        lines.append(Note("总目标 {total} 万元由使用者给定。", total=format_wan(total_fen)))
    elif growth is not None:
        lines.append(
            Note("总目标 = 上年实绩 ×（1 + {growth}），增幅由使用者给定。", growth=format_bp(growth))
        )
    else:
        lines.append(
            Note(
                "总目标 = 上年实绩 ×（1 + {growth}），增幅是历年的平均增长（限制在 −20% 至 30%）。",
                growth=format_bp(trend),
            )
        )
    lines.append(
        Note(
            "按基线占比分到 区域 × 月 × 产品线，先取整到分，余下的分按余数从大到小补齐，所以每一级都等于下级之和；个人目标是其负责区域之和。"
        )
    )
    if without:
        lines.append(Note("{count} 个区域没有历史，按同一上级的平均水平和季节估计。", count=without))
    return tuple(lines)
