"""Which sheet of a workbook is meant, and what is said about the others and about cells without a value."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from quyu.platform.fields.values import listed
from quyu.platform.imports import headers
from quyu.platform.imports.kinds import ImportKind, RowError
from quyu.platform.imports.questions import which_sheet
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import HEADER_SEARCH_ROWS, find_header

Head = Sequence[Sequence[str]]
Unreadable = Mapping[tuple[int, int], tuple[str, str]]
"""(row from 1, column from 0) of a cell -> (code, what it shows)."""


def searched(visible: Sequence[str], hidden: Sequence[str], sheet_name: str | None) -> Sequence[str]:
    """The sheets to look into: the one asked for, or all that people see."""
    if sheet_name is None:
        return visible
    if sheet_name not in (*visible, *hidden):
        raise FileRefused("empty_file", "没有名为“{name}”的工作表。", name=sheet_name)
    return (sheet_name,)


def chosen(heads: Mapping[str, tuple[Head, int]], kind: ImportKind) -> str:
    """The sheet that names most columns of the kind; `heads` gives first rows and size of those not empty."""
    if not heads:
        raise FileRefused("empty_file", "文件中没有内容。")
    words = {headers.key(word) for column in kind.columns for word in column.words}
    fits = {name: _fit(head, kind, words) for name, (head, _size) in heads.items()}
    name = max(heads, key=lambda key: (fits[key], heads[key][1]))
    equals = [key for key, (head, _size) in heads.items() if fits[key] > 1 and _serves(head, kind)]
    if len(equals) > 1:
        raise FileRefused(
            "ambiguous_header",
            "有几个工作表都像要导入的数据：{names}。请指明导入哪一个。",
            names=listed(equals),
            question=which_sheet(equals),
        )
    return name


def _serves(head: Head, kind: ImportKind) -> bool:
    """Whether the sheet has every column that an import of this kind needs."""
    found = {headers.key(cell) for cell in head[find_header(head[:HEADER_SEARCH_ROWS], kind)]}
    needed = [(column.name,) for column in kind.columns if column.required] + list(kind.alternatives)
    return all(
        any(headers.key(word) in found for name in group for word in kind.column(name).words)
        for group in needed
    )


def _fit(head: Head, kind: ImportKind, words: set[str]) -> int:
    header = head[find_header(head[:HEADER_SEARCH_ROWS], kind)]
    return len({headers.key(cell) for cell in header} & words)


def notices(name: str, filled: Sequence[str], hidden: Sequence[str], hidden_rows: int) -> tuple[str, ...]:
    """What was not read, and what was though it cannot be seen."""
    ignored = [_("已忽略隐藏的工作表“{name}”。").format(name=other) for other in hidden if other != name]
    unread = [
        _("读取工作表“{name}”，没有读取“{other}”。").format(name=name, other=o) for o in filled if o != name
    ]
    concealed = (
        [_("有 {count} 行被隐藏或筛选掉，也一并读取了。").format(count=hidden_rows)] if hidden_rows else []
    )
    return (*ignored, *unread, *concealed)


def errors(
    unreadable: Unreadable, names: Sequence[str], *, header: int, last_row: int
) -> tuple[RowError, ...]:
    """The cells without a value in the named columns below row `header`."""
    return tuple(
        RowError(row, names[column], code, value, reason(code))
        for (row, column), (code, value) in sorted(unreadable.items())
        if header < row <= last_row and column < len(names) and names[column]
    )


def reason(code: str) -> str:
    """What to do about a cell without a value."""
    if code == "cell_error":
        return _("单元格是公式错误，请在表格软件中改正。")
    return _("公式没有计算结果，请在表格软件中打开、计算并保存后再导入。")
