"""`quyu align`: divide units into territories from CSV files, without the site and its database."""

from pathlib import Path
from time import perf_counter

import click

from quyu.engine import alignment
from quyu.shell.cli.alignment import answer
from quyu.shell.cli.alignment.ending import Ending
from quyu.shell.cli.alignment.options import parse_measures, parse_percent, parse_priority
from quyu.shell.cli.alignment.question import Files, read_question
from quyu.shell.cli.alignment.solving import Wish, solve
from quyu.shell.cli.allocation.result_file import refuse_target
from quyu.shell.cli.closing import close, closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _

FILE = click.Path(path_type=Path)


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
    "--seats",
    "seats_file",
    type=FILE,
    help=_("岗位：id，可选 x、y 或 lon、lat（家）、capacity、skills；代替 --territories。"),
)
@click.option(
    "--measures", default="", help=_("指标与公差，如 potential:5%,workload:10%；第一项决定紧凑的权重。")
)
@click.option("--current", help=_("现有区域所在的列。"))
@click.option(
    "--disruption",
    type=click.FloatRange(0),
    default=3.0,
    show_default=True,
    help=_("变动的代价；0 为不考虑现状。"),
)
@click.option("--locks", "locks_file", type=FILE, help=_("锁定：id、territory、frozen、together、apart。"))
@click.option("--max-moved", help=_("至多移动第一项指标的百分之几，如 5%；要有 --current。"))
@click.option(
    "--splittable", is_flag=True, help=_("过重的单元都可以拆给几个区域；splittable 列写 0 的除外。")
)
@click.option("--seed", type=int, default=0, show_default=True, help=_("随机种子；同一种子结果相同。"))
@click.option("--time", "seconds", type=click.FloatRange(0, min_open=True), help=_("最多用多少秒。"))
@click.option(
    "--effort", type=click.Choice(["fast", "long"]), default="fast", show_default=True, help=_("快速或细致。")
)
@click.option(
    "--max-diameter",
    type=click.FloatRange(0, min_open=True),
    help=_("同一区域里最远的两个单元至多相距多少千米。"),
)
@click.option("--start", "start_file", type=FILE, help=_("从前一个方案（plan.csv）出发；结果不会比它差。"))
@click.option(
    "--travel",
    "travel_file",
    type=FILE,
    help=_("路上的时间或里程：from、to、minutes 或 km；紧凑按它计算，可以不全。"),
)
@click.option(
    "--priority",
    default="",
    help=_("依次做到最好的目标：balance（均衡）、compactness（紧凑）、disruption（变动），用逗号隔开。"),
)
@click.option(
    "--pareto",
    type=click.IntRange(2, 50),
    help=_("给出至少这么多个互不占优的方案，--out 里每个方案一列。"),
)
@click.option("--out", type=FILE, required=True, help=_("结果文件：id、territory。"))
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
    max_moved: str | None,
    splittable: bool,
    max_diameter: float | None,
    seed: int,
    seconds: float | None,
    effort: str,
    travel_file: Path | None,
    priority: str,
    pareto: int | None,
    start_file: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    began = perf_counter()
    ending = Ending(seconds)
    with closed_by(lambda code, said: answer.refused(code, said, perf_counter() - began), as_json=as_json):
        params = alignment.Params(
            effort="long" if effort == "long" else "fast",
            disruption=disruption,
            priority=parse_priority(priority),
        )
        files = Files(
            units_file,
            edges_file,
            seats_file,
            locks_file,
            territories,
            parse_measures(measures),
            current,
            None if max_moved is None else parse_percent(max_moved),
            splittable,
            max_diameter,
            travel_file,
        )
        refuse_target(out, files.inputs)
        question = read_question(files)
        told = solve(question, Wish(params, seed % 2**32, ending, out, current, began, pareto, start_file))
    for line in told.lines:
        click.echo(line)
    for closing in told.closing:
        close(closing, as_json=as_json)
