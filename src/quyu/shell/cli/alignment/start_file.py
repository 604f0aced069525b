"""An earlier plan to begin from: plan.csv of a run before, with id, territory and, for shared units, share."""

from pathlib import Path

import numpy as np

from quyu.engine.alignment.arrays import Ints
from quyu.shell.cli.alignment.question import Question
from quyu.shell.cli.alignment.table import read_table
from quyu.shell.cli.language import _


def read_start(path: Path, question: Question) -> Ints:
    """The territory of each unit in an earlier plan; a shared unit begins where most of it was."""
    table = read_table(path, ("id", "territory"))
    units = table.rows_of("id", question.units.index, _("单元表里没有这个编号，请更正或删去这一行。"))
    number = {name: at for at, name in enumerate(question.names)}
    advice = _("不是现在的区域；请用同样的区域数、岗位和 --current 做出的方案。")
    places = table.rows_of("territory", number, advice)
    parts = np.ones(len(units))
    if "share" in table.columns:
        parts = table.numbers("share", blank=1.0, least=0.0, most=1.0)
    found = np.full(len(question.units.ids), -1, dtype=np.int32)
    order = np.argsort(parts, kind="stable")
    found[units[order]] = places[order]
    left = np.flatnonzero(found < 0).tolist()
    if left:
        raise question.units.table.refuse("not_in_start", "id", left, _("作为起点的方案里没有这些单元。"))
    return found
