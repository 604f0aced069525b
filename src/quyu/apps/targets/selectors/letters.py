"""Finding letters within reach, and how far their acceptance has come, unit by unit."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter, PlanVersion
from quyu.platform.people.models import Person, User
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Progress:
    """The letters of one unit: how many there are, are accepted, contested, and open past their deadline."""

    unit: str
    total: int
    accepted: int
    contested: int
    overdue: int

    @property
    def waiting(self) -> int:
        return self.total - self.accepted - self.contested


def visible_letters(scope: Scope, at: date) -> QuerySet[Letter]:
    """One's own letters, and those of whoever sits within reach on the day."""
    letters = Letter.objects.select_related("person", "plan_version__plan", "sealed", "signed").defer(
        "plan_version__axes", "plan_version__method"
    )
    return letters.filter(person__in=Person.objects.visible_to(scope, at))


def letters_of(user: User) -> QuerySet[Letter]:
    """Letters addressed to this account, the one in force first."""
    rows = Letter.objects.filter(person__user=user).select_related("person", "plan_version__plan")
    return rows.order_by("-plan_version__plan__year", "-issued_at", "-pk")


def letter_files(letters: QuerySet[Letter]) -> set[int]:
    """The numbers of their stored files, sealed and signed."""
    rows = letters.values_list("sealed", "signed")
    return {pk for pair in rows for pk in pair if pk is not None}


def progress(letters: Iterable[Letter], today: date) -> list[Progress]:
    """Standing letters counted by the unit above their first region, in the order of the tree of the newest version."""
    standing = [letter for letter in letters if letter.state != LetterState.REPLACED]
    frozen = PlanVersion.objects.filter(pk__in={letter.plan_version_id for letter in standing})
    trees = {pk: Axes.from_json(axes) for pk, axes in frozen.values_list("pk", "axes")}
    order = {name: place for pk in sorted(trees) for place, name in enumerate(_names(trees[pk]))}
    units: dict[str, Counter[str]] = {}
    for letter in standing:
        counts = units.setdefault(_unit_of(letter, trees[letter.plan_version_id]), Counter())
        counts["total"] += 1
        counts[letter.state] += 1
        counts["overdue"] += letter.state == LetterState.ISSUED and letter.due_on < today
    return [
        Progress(unit, n["total"], n[LetterState.ACCEPTED], n[LetterState.CONTESTED], n["overdue"])
        for unit, n in sorted(units.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
    ]


def _names(axes: Axes) -> list[str]:
    return [axes.name(code) for code in axes.regions]


def years_of(letters: QuerySet[Letter]) -> list[int]:
    """The years these letters are for, newest first."""
    years = letters.order_by().values_list("plan_version__plan__year", flat=True).distinct()
    return sorted(years, reverse=True)


def _unit_of(letter: Letter, axes: Axes) -> str:
    code = str(letter.content["regions"][0]["code"])
    return axes.name(axes.tree.parent(code) or code) if code in axes.spans else "—"
