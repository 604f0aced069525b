"""`quyu align`: divide units into territories from CSV files, without the site and its database."""

import json
import re
from pathlib import Path
from time import monotonic

import click
import numpy as np
from numpy.typing import NDArray

from quyu.engine import alignment
from quyu.shell.cli import align_files
from quyu.shell.cli.align_files import BadFile, Units
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DEFAULT_TOLERANCE = 0.05


@click.command(cls=Command, help=_("划分销售区域：每项指标在公差内均衡，尽量紧凑、连通、少变动。"))
@click.option(
    "--units",
    "units_file",
    type=FILE,
    required=True,
    help=_("基本单元：id，x、y（km）或 lon、lat，指标各一列。"),
)
@click.option("--edges", "edges_file", type=FILE, help=_("邻接表：a、b 两列；没有则由坐标推导。"))
@click.option("--territories", type=click.IntRange(1), help=_("区域数。"))
@click.option(
    "--seats", "seats_file", type=FILE, help=_("岗位：id，可选 x、y（家）与 capacity；代替 --territories。")
)
@click.option(
    "--measures", default="", help=_("指标与公差，如 potential:5%,workload:10%；第一项决定紧凑的权重。")
)
@click.option("--current", help=_("现有区域所在的列。"))
@click.option(
    "--disruption",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help=_("变动的代价；0 为不考虑现状。"),
)
@click.option("--locks", "locks_file", type=FILE, help=_("锁定：id、territory 两列。"))
@click.option("--seed", type=int, default=0, show_default=True, help=_("随机种子；同一种子结果相同。"))
@click.option("--time", "seconds", type=click.FloatRange(0, min_open=True), help=_("最多用多少秒。"))
@click.option(
    "--effort", type=click.Choice(["fast", "long"]), default="fast", show_default=True, help=_("快速或细致。")
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=_("结果文件：id、territory。"),
)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def align(
    units_file: Path,
    edges_file: Path | None,
    territories: int | None,
    seats_file: Path | None,
    measures: str,
    current: str | None,
    disruption: float,
    locks_file: Path | None,
    seed: int,
    seconds: float | None,
    effort: str,
    out: Path,
    as_json: bool,
) -> None:
    wanted = parse_measures(measures)
    units, used = align_files.read_units(units_file, tuple(wanted), skip=current)
    edges = align_files.read_edges(edges_file, units) if edges_file else None
    locks = align_files.read_pairs(locks_file, units) if locks_file else {}
    names, seats = _territories(units, territories, seats_file, current, locks)
    problem = alignment.Problem(
        x=units.x,
        y=units.y,
        measures=units.measures,
        territories=seats,
        edges=edges,
        tolerance=tuple(wanted.get(name, DEFAULT_TOLERANCE) for name in used),
        current=_named(units.columns[current], names) if current else None,
        locks=_named([locks.get(name, "") for name in units.ids], names) if locks else None,
    )
    params = alignment.Params(effort="long" if effort == "long" else "fast", disruption=disruption)
    result = alignment.solve(problem, params, seed=seed, stop=_deadline(seconds))
    align_files.write_plan(out, units, [names[territory] for territory in result.assignment])
    lines = [_spoken(reason, units, names, used) for reason in result.reasons]
    _tell(result, used, lines)
    if as_json:
        click.echo(json.dumps(_figures(result, used, lines), ensure_ascii=False))


def parse_measures(text: str) -> dict[str, float]:
    """`potential:5%,workload:10%` as fractions; a name alone gets the default tolerance."""
    wanted: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = re.fullmatch(r"([^:]+?)(?::\s*([0-9.]+)\s*(%?))?", part)
        if match is None or match[1] in wanted:
            raise BadFile("bad_measure_option", "看不懂 --measures 里的“{part}”，应为 名称:5%", part=part)
        share = float(match[2]) / (100 if match[3] else 1) if match[2] else DEFAULT_TOLERANCE
        wanted[match[1].strip()] = share
    return wanted


def _territories(
    units: Units, count: int | None, seats_file: Path | None, current: str | None, locks: dict[str, str]
) -> tuple[list[str], int | tuple[alignment.Seat, ...]]:
    """The names of the territories, and how many or which seats."""
    if (count is None) == (seats_file is None):
        raise BadFile("territories_or_seats", "请给出 --territories 或 --seats 之一")
    if current is not None and current not in units.columns:
        raise BadFile("no_column", "{file} 没有“{column}”列", file="units", column=current)
    if seats_file is not None:
        ids, seats = align_files.read_seats(seats_file)
        return list(ids), seats
    known = set(units.columns[current]) if current else set()
    names = sorted((known | set(locks.values())) - {""})
    wanted = count or 0
    if len(names) > wanted:
        raise BadFile(
            "more_names",
            "现有或锁定的区域有 {known} 个，多于要求的 {wanted} 个",
            known=len(names),
            wanted=wanted,
        )
    spare = (str(number) for number in range(1, wanted + len(names) + 1) if str(number) not in names)
    return names + [next(spare) for _spare in range(wanted - len(names))], wanted


def _named(cells: tuple[str, ...] | list[str], names: list[str]) -> NDArray[np.int32]:
    index = {name: number for number, name in enumerate(names)}
    unknown = sorted(set(cells) - set(index) - {""})
    if unknown:
        raise BadFile("unknown_territory", "区域“{name}”不在岗位表里", name=unknown[0])
    return np.asarray([index.get(cell, -1) for cell in cells], dtype=np.int32)


def _deadline(seconds: float | None) -> alignment.Stop | None:
    if seconds is None:
        return None
    end = monotonic() + seconds
    return lambda _progress: monotonic() > end


def _spoken(reason: alignment.Reason, units: Units, names: list[str], used: tuple[str, ...]) -> str:
    """The reason with the ids and names of the files instead of numbers."""
    words = dict(reason.numbers)
    for key in ("unit", "other"):
        if key in words:
            words[key] = units.ids[int(words[key])]
    if reason.territory is not None:
        words["territory"] = names[reason.territory]
    if reason.measure is not None:
        words["measure"] = used[reason.measure]
    return str(_(reason.template).format(**words))


def _tell(result: alignment.Result, used: tuple[str, ...], lines: list[str]) -> None:
    for name, deviation in zip(used, result.deviation, strict=True):
        click.echo(_("{name}：最大偏差 {deviation:.2%}").format(name=name, deviation=float(deviation)))
    click.echo(
        _("紧凑度下界差距 {gap:.2%}，连通：{whole}").format(
            gap=result.gap, whole=_("是") if result.contiguous else _("否")
        )
    )
    for line in lines:
        click.echo(f"- {line}")


def _figures(result: alignment.Result, used: tuple[str, ...], lines: list[str]) -> dict[str, object]:
    return {
        "territories": len(result.loads),
        "deviation": {name: float(value) for name, value in zip(used, result.deviation, strict=True)},
        "contiguous": result.contiguous,
        "objective": result.objective,
        "lower_bound": result.lower_bound,
        "gap": result.gap,
        "moved_weight": result.moved_weight,
        "seconds": round(result.seconds, 3),
        "reasons": lines,
    }
