"""`quyu staff`: who takes which territory, from CSV files, without the site and its database."""

from pathlib import Path
from time import perf_counter

import click

from quyu.engine import alignment
from quyu.shell.cli.alignment.plan_file import write_whole
from quyu.shell.cli.allocation.answer import refused_line
from quyu.shell.cli.allocation.result_file import refuse_target
from quyu.shell.cli.closing import close, closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.staffing import answer
from quyu.shell.cli.staffing.question import Files, parse_weights, read_question

FILE = click.Path(path_type=Path)


@click.command(cls=Command, help=_("给销售区域派人：按距离、负荷、能力、客户关系和技能，给出人选和理由。"))
@click.option(
    "--territories",
    "territories_file",
    type=FILE,
    required=True,
    help=_("划分结果：id、territory，可有 share。"),
)
@click.option(
    "--units", "units_file", type=FILE, required=True, help=_("基本单元：与 quyu align 相同的文件。")
)
@click.option(
    "--people",
    "people_file",
    type=FILE,
    required=True,
    help=_("人员：id，可选 x、y 或 lon、lat（家）、capacity、ability、skills。"),
)
@click.option(
    "--measures", default="", help=_("潜力与负荷所在的列，如 potential,workload；默认第一个数字列。")
)
@click.option("--served-by", help=_("单元表里写明现在由谁负责的列。"))
@click.option("--pairs", "pairs_file", type=FILE, help=_("必须或不许的组合：person、territory，可有 never。"))
@click.option("--weights", default="", help=_("各项的权重，如 distance=1,relations=2。"))
@click.option("--out", type=FILE, required=True, help=_("结果文件：每个区域一行。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def staff(
    territories_file: Path,
    units_file: Path,
    people_file: Path,
    measures: str,
    served_by: str | None,
    pairs_file: Path | None,
    weights: str,
    out: Path,
    as_json: bool,
) -> None:
    began = perf_counter()
    with closed_by(refused_line, as_json=as_json):
        wanted = tuple(name.strip() for name in measures.replace("，", ",").split(",") if name.strip())
        files = Files(
            territories_file, units_file, people_file, pairs_file, wanted, served_by, parse_weights(weights)
        )
        refuse_target(out, files.inputs)
        question = read_question(files)
        found = alignment.assign_people(
            question.problem,
            question.plan,
            question.staff,
            weights=files.weights,
            load_measure=question.problem.measures.shape[1] - 1,
            served_by=question.served_by,
            fixed=question.fixed,
            ruled_out=question.ruled_out,
        )
        write_whole(out, answer.table_of(question, found))
    for line in answer.told(question, found):
        click.echo(line)
    close(answer.closing(question, found, perf_counter() - began), as_json=as_json)
