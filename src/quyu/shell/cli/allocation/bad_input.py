"""What is wrong with the files of `quyu allocate`: which file, where, what stands there, what to do."""

from collections.abc import Sequence
from pathlib import Path

from quyu.kernel.refusal import Refusal
from quyu.shell.cli.language import _

SHOWN = 5


class BadInput(Refusal):
    """A file or an option cannot be used as it is; nothing was written."""


def at_rows(
    code: str, path: Path, column: str, found: Sequence[tuple[int, str]], count: int, advice: str
) -> BadInput:
    """The refusal for `count` cells of a column: `found` are (line of the file, text in it) of the first."""
    return BadInput(
        code,
        "{file} 的“{column}”列有 {count} 处不能用：{places}{more}。{advice}",
        file=path.name,
        column=column,
        count=count,
        places=_("、").join(_("第 {row} 行“{text}”").format(row=row, text=text) for row, text in found),
        more=_("等") if count > len(found) else "",
        advice=advice,
    )
