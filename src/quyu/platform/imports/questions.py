"""What only a person knows about a file. Two readings are a question, never a guess.

Every open question also is an error of the file, so that nothing is written before it is answered. The
answers are a mapping from the id of a question to the value of one of its options:

- `sheet`: which of several sheets; the value is its name
- `column:<column>`: which of several headers is that column; the value is the header text
- `order:<column>`: how dates are written; `dmy`, `mdy` or `ymd`
- `unit:<column>`: in which unit amounts are; `元`, `万元`, ...
- `person:<name>`: which of several people of that name; the value is the number of the person

`pipeline.prepare(..., answers=answers)` reads the file again under them; `Prepared.questions` are those
still open, `Context.answers` hands them to the kind.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from quyu.platform.imports.kinds import Column, Option, Question

SHEET = "sheet"
COLUMN, ORDER, UNIT, PERSON = "column:", "order:", "unit:", "person:"


def order_label(order: str) -> str:
    """An order of day, month and year as people name it."""
    return {"dmy": _("日/月/年"), "mdy": _("月/日/年"), "ymd": _("年/月/日")}[order]


def which_sheet(names: Iterable[str]) -> Question:
    """Several visible sheets hold all columns."""
    options = tuple(Option(name, name) for name in names)
    return Question(SHEET, None, _("有几个工作表都像要导入的数据，导入哪一个？"), options)


def which_header(column: Column, texts: Iterable[str]) -> Question:
    """Several headers may be this column."""
    options = tuple(Option(text, text) for text in texts)
    first = options[0].value
    return Question(
        f"{COLUMN}{column.name}", first, _("哪一列是“{label}”？").format(label=column.label), options
    )


def which_order(column: Column, header: str, orders: Iterable[str], example: str) -> Question:
    """The dates of a column can be read in several orders; `example` is one that differs."""
    options = tuple(Option(order, order_label(order)) for order in orders)
    text = _("“{header}”里的“{example}”怎么读？").format(header=header, example=example)
    return Question(f"{ORDER}{column.name}", header, text, options)


def which_unit(column: Column, header: str, units: Iterable[str], why: str) -> Question:
    """The unit of an amount is not certain."""
    options = tuple(Option(unit, unit) for unit in units)
    text = _("“{header}”的单位是什么？{why}").format(header=header, why=why)
    return Question(f"{UNIT}{column.name}", header, text, options)


def which_person(name: str, header: str, people: Iterable[tuple[str, str]]) -> Question:
    """Several people bear the name; `people` are (number, how to tell them apart)."""
    options = tuple(Option(code, label) for code, label in people)
    return Question(f"{PERSON}{name}", header, _("“{name}”是哪一位？").format(name=name), options)
