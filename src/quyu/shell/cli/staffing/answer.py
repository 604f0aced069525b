"""What `quyu staff` writes and says: a row per territory, who is left over, one JSON line."""

import csv
import io
from collections.abc import Iterator

from quyu.engine.alignment import Placement, Reason, Staffing
from quyu.shell.cli.language import _
from quyu.shell.cli.staffing.question import Question

HEADER = (
    "territory",
    "person",
    "cost",
    "distance_km",
    "load",
    "kept",
    "lacking",
    "second",
    "second_cost",
    "reasons",
)


def table_of(question: Question, found: Staffing) -> str:
    """The result file: a territory without anybody has an empty person."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for side, placement in enumerate(found.placements):
        others = found.alternatives(side, 1)
        second, more = (question.people[others[0][0]], f"{others[0][1]:.6g}") if others else ("", "")
        writer.writerow(
            (
                question.territories[side],
                "" if placement.person is None else question.people[placement.person],
                *(
                    ("", "", "", "", "")
                    if placement.person is None
                    else (
                        f"{placement.cost:.6g}",
                        f"{placement.distance_km:.6g}",
                        f"{placement.load:.6g}",
                        f"{placement.kept:.6g}",
                        _("、").join(sorted(placement.lacking)),
                    )
                ),
                second,
                more,
                _("；").join(reasons(question, placement)),
            )
        )
    return text.getvalue()


def reasons(question: Question, placement: Placement) -> list[str]:
    """Why he, in words."""
    return [spoken(question, reason) for reason in placement.reasons]


def spoken(question: Question, reason: Reason) -> str:
    """A reason with names of territories and people."""
    words: dict[str, object] = dict(reason.numbers)
    words["territory"] = question.territories[int(str(words["territory"]))]
    if "second" in words:
        words["second"] = question.people[int(str(words["second"]))]
    return str(_(reason.template).format(**words))


def told(question: Question, found: Staffing) -> Iterator[str]:
    """The result in words."""
    for side, placement in enumerate(found.placements):
        name = _("空缺") if placement.person is None else question.people[placement.person]
        yield f"{question.territories[side]}：{name}"
        yield from (f"  - {line}" for line in reasons(question, placement))
    for line in left_over(question, found):
        yield f"- {line}"
    yield from (f"- {note}" for note in question.notes)


def left_over(question: Question, found: Staffing) -> list[str]:
    """Who got nothing, and why."""
    lines = []
    for person in found.unplaced:
        wish = found.wish(person)
        name = question.people[person]
        holder = found.placements[wish[0]].person if wish else None
        if wish is None:
            lines.append(_("{name} 没有安排：所有区域都不许派他").format(name=name))
        elif holder is None:
            lines.append(_("{name} 没有安排：人数多于区域").format(name=name))
        else:
            template = _(
                "{name} 没有安排：最合适的 {territory}（代价 {mine:.2f}）派给了 {other}（代价 {theirs:.2f}）"
            )
            territory, cost = question.territories[wish[0]], found.placements[wish[0]].cost
            other = question.people[holder]
            lines.append(
                template.format(name=name, territory=territory, mine=wish[1], other=other, theirs=cost)
            )
    return lines


def closing(question: Question, found: Staffing, seconds: float) -> dict[str, object]:
    """The closing line of an answer."""
    vacant = [question.territories[side] for side, one in enumerate(found.placements) if one.person is None]
    return {
        "status": "solved",
        "territories": len(question.territories),
        "people": len(question.people),
        "placed": len(found.placements) - len(vacant),
        "vacant": vacant,
        "unplaced": [question.people[person] for person in found.unplaced],
        "cost": round(found.cost, 9),
        "seconds": round(seconds, 3),
        "reasons": [*left_over(question, found), *question.notes],
    }
