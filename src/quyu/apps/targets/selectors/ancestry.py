"""Where two versions last agreed: the state from which both went their own ways, or last met by a merge."""

from collections.abc import Iterator
from dataclasses import dataclass

from quyu.apps.targets.axes import Cells
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.log import standing_merges, state_after

LONGEST = 100
"""A line of versions longer than this is not followed."""


@dataclass(frozen=True)
class Ancestor:
    """A version and the number of the operation after which both were the same."""

    version: PlanVersion
    sequence: int

    @property
    def cells(self) -> Cells:
        return state_after(self.version, self.sequence)


def ancestor_of(one: PlanVersion, other: PlanVersion) -> Ancestor | None:
    """The newest common state; None where the two have none, as versions of two plans."""
    merged = _merged(one, other) or _merged(other, one)
    if merged is not None:
        return merged
    upwards = {version.pk: (version, sequence) for version, sequence in _line(one)}
    for version, sequence in _line(other):
        if version.pk in upwards:
            return Ancestor(version, min(sequence, upwards[version.pk][1]))
    return None


def _merged(into: PlanVersion, source: PlanVersion) -> Ancestor | None:
    """The state of `source` that was last taken into the other, if that still stands."""
    for operation in standing_merges(into):
        if operation.detail["source"] == source.pk:
            return Ancestor(source, operation.detail["source_sequence"])
    return None


def _line(version: PlanVersion) -> Iterator[tuple[PlanVersion, int]]:
    """The version as it is now, what it was copied from at that moment, and so on upwards."""
    here: PlanVersion | None = version
    sequence = 2**31 - 1
    for _ in range(LONGEST):
        if here is None:
            return
        yield here, sequence
        first = Operation.objects.filter(plan_version=here).order_by("sequence").first()
        if first is None or here.based_on_id is None:
            return
        source = PlanVersion.objects.select_related("plan").get(pk=here.based_on_id)
        sequence = first.detail.get("sequence") or _standing_at(source, first)
        here = source


def _standing_at(source: PlanVersion, copied: Operation) -> int:
    """The newest operation of the source when an older copy, which did not note it, was made."""
    before = Operation.objects.filter(plan_version=source, at__lte=copied.at).order_by("-sequence")
    found = before.values_list("sequence").first()
    return found[0] if found else 0
