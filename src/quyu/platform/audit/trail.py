"""Verifying a trail: every tampering is named by day, number and kind. No database: rows in, findings out.

A row is genuine when its content gives its commitment, that its digest, and the key its mac. Genuine
rows are where they were written; every other row, and every number without a row, is a finding.
"""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from quyu.platform.audit import links
from quyu.platform.audit.links import Entry, Head, Seal

CANDIDATES = 40  # how many strange rows are tried in each other's places
MANY = 200  # beyond so many strange rows nobody asks which of them were only moved


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` at `number` of `day`; `belongs` is the number a moved row was written under, `count` how many."""

    kind: str
    day: date | None
    number: int | None = None
    belongs: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries and sealed days were checked, and what does not fit."""

    checked: int
    days: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_intact(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Kept:
    """Seals and an end of the trail that somebody kept elsewhere."""

    seals: Sequence[Seal] = ()
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """All rows of a trail, as stored."""

    entries: Sequence[Entry]
    seals: Sequence[Seal]
    head: Head | None


def verify(trail: Trail, key: bytes, kept: Kept | None = None) -> Verification:
    """Names whatever was edited, deleted, inserted, reordered or cut off."""
    if not trail.entries and not trail.seals and (trail.head is None or not trail.head.count):
        return Verification(0, 0, tuple(_against_kept(trail, {}, kept, key)) if kept else ())
    if _is_foreign_key(trail, key):
        return Verification(len(trail.entries), len(trail.seals), (Finding("key", None),))
    redactions, genuine, strange = _sorted_out(trail.entries, key)
    seals = {seal.day: seal for seal in trail.seals if _is_genuine_seal(seal, key)}
    head = trail.head if trail.head and _same(trail.head.mac, links.head_mac(key, trail.head)) else None
    reach = _reach(head, genuine, strange, seals)
    findings = [
        *_rows(genuine, strange, reach, _Days(genuine, seals), redactions, key),
        *_joints(genuine),
        *_seals(trail, genuine, seals, head),
        *_end(trail, genuine, head, reach),
        *(_against_kept(trail, genuine, kept, key) if kept else ()),
    ]
    findings.sort(key=lambda found: (found.number or 0, found.day or date.max, found.kind))
    return Verification(len(trail.entries), len(trail.seals), tuple(findings))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _reach(
    head: Head | None, genuine: Mapping[int, Entry], strange: Sequence[Entry], seals: Mapping[date, Seal]
) -> int:
    """How many entries there should be; without a genuine head, strange rows that follow on count as well."""
    reach = max([head.count if head else 0, *genuine, *(seal.last for seal in seals.values())], default=0)
    claimed = {row.number for row in strange} if head is None else frozenset[int]()
    while reach + 1 in claimed:
        reach += 1
    return reach


def _is_foreign_key(trail: Trail, key: bytes) -> bool:
    """Whether everything fits but for the key: then the key is wrong, not the trail."""
    macs = [_same(entry.mac, links.entry_mac(key, entry)) for entry in trail.entries]
    macs += [_same(seal.mac, links.seal_mac(key, seal)) for seal in trail.seals]
    if trail.head is not None:
        macs.append(_same(trail.head.mac, links.head_mac(key, trail.head)))
    return len(macs) > 2 and not any(macs)


def _sorted_out(entries: Sequence[Entry], key: bytes) -> tuple[dict[int, str], dict[int, Entry], list[Entry]]:
    """The commitments of what erasures left, the genuine rows by number, and the strange rows.

    From the last entry down: an erasure stands after the entries it changed.
    """
    redactions: dict[int, str] = {}
    genuine: dict[int, Entry] = {}
    strange: list[Entry] = []
    for entry in sorted(entries, key=lambda row: (row.number, row.pk), reverse=True):
        if entry.number in genuine or not is_genuine(entry, redactions, key):
            strange.append(entry)
            continue
        genuine[entry.number] = entry
        if entry.verb == links.ERASURE_VERB:
            left = entry.detail.get(links.REDACTED) or {}
            redactions = {**{int(number): str(found) for number, found in left.items()}, **redactions}
    return redactions, genuine, strange


def is_genuine(entry: Entry, redactions: Mapping[int, str], key: bytes) -> bool:
    """Whether the row is as it was written, or as an erasure left it."""
    return _same(entry.mac, links.entry_mac(key, entry)) and _holds(entry, redactions)


def _holds(entry: Entry, redactions: Mapping[int, str]) -> bool:
    """Whether content, commitment and digest of a row fit each other."""
    left = redactions.get(entry.number)
    if left is not None:
        holds = not entry.commitment or links.digest_of(entry) == entry.digest
        return holds and links.commitment_of(entry) == left
    expected = links.commitment_of(entry) if entry.salt else ""
    return entry.commitment == expected and links.digest_of(entry) == entry.digest


def _is_genuine_seal(seal: Seal, key: bytes) -> bool:
    return links.seal_digest(seal) == seal.digest and _same(seal.mac, links.seal_mac(key, seal))


class _Days:
    """Which day a number belongs to: by a seal, else by the nearest genuine row before or after."""

    def __init__(self, genuine: Mapping[int, Entry], seals: Mapping[date, Seal]) -> None:
        self._genuine, self._seals = genuine, sorted(seals.values(), key=lambda seal: seal.first)
        self._firsts = [seal.first for seal in self._seals]
        self._numbers = sorted(genuine)

    def __call__(self, number: int) -> date | None:
        place = bisect_right(self._firsts, number) - 1
        if place >= 0 and number <= self._seals[place].last:
            return self._seals[place].day
        place = bisect_right(self._numbers, number)
        near = self._numbers[max(0, place - 1) : place + 1]
        return self._genuine[near[0]].day if near else None


def _rows(
    genuine: Mapping[int, Entry],
    strange: Sequence[Entry],
    reach: int,
    day_of: _Days,
    redactions: Mapping[int, str],
    key: bytes,
) -> Iterator[Finding]:
    """What is wrong with single rows, by number."""
    missing = [number for number in range(1, reach + 1) if number not in genuine]
    days = [(number, day_of(number)) for number in missing[:CANDIDATES]]
    places = [(number, day) for number, day in days if day is not None]
    tail = _tail(missing, reach, strange)
    explained: set[int] = set()
    for row in sorted(strange, key=lambda found: (found.number, found.pk)):
        belongs = _true_number(row, strange, places, redactions, key)
        if belongs is not None:
            explained |= {row.number, belongs}
            yield Finding("reordered", day_of(row.number) or row.day, row.number, belongs)
        elif row.number in genuine or not 1 <= row.number <= reach or row.number in explained:
            yield Finding("inserted", day_of(row.number) or row.day, row.number)
        else:
            explained.add(row.number)
            yield Finding("edited", day_of(row.number) or row.day, row.number)
    for number in missing:
        if number not in explained and number not in tail:
            yield Finding("deleted", day_of(number), number)
    if lost := sorted(tail - explained):
        yield Finding("truncated", day_of(lost[0]), lost[0], count=len(lost))


def _tail(missing: Sequence[int], reach: int, strange: Sequence[Entry]) -> frozenset[int]:
    """The numbers missing at the very end."""
    taken = {row.number for row in strange}
    tail: list[int] = []
    for number in reversed(missing):
        if number != reach - len(tail) or number in taken:
            break
        tail.append(number)
    return frozenset(tail)


def _true_number(
    row: Entry,
    strange: Sequence[Entry],
    places: Sequence[tuple[int, date]],
    redactions: Mapping[int, str],
    key: bytes,
) -> int | None:
    """The number under which a strange row is genuine after all: it was only moved."""
    if len(strange) > MANY or (
        row.salt and row.number not in redactions and links.commitment_of(row) != row.commitment
    ):
        return None
    tries = [(*place, row.pk) for place in places]
    for other in strange[:CANDIDATES]:
        tries += [(other.number, other.day, row.pk), (other.number, other.day, other.pk)]
        tries += [(row.number, row.day, other.pk), (other.number, row.day, row.pk)]
    for number, day, pk in dict.fromkeys(tries):
        is_elsewhere = (number, pk) != (row.number, row.pk)
        if is_elsewhere and is_genuine(replace(row, number=number, day=day, pk=pk), redactions, key):
            return number
    return None


def _joints(genuine: Mapping[int, Entry]) -> Iterator[Finding]:
    """Genuine neighbours that do not join: only who has the key can make them."""
    for number, entry in sorted(genuine.items()):
        before = genuine.get(number - 1)
        if (before is not None and before.digest != entry.previous) or (number == 1 and entry.previous):
            yield Finding("edited", entry.day, number)


def _seals(
    trail: Trail, genuine: Mapping[int, Entry], seals: Mapping[date, Seal], head: Head | None
) -> Iterator[Finding]:
    """Seals that were edited, deleted or inserted, and days whose entries are not those that were sealed."""
    days = {entry.day for entry in genuine.values()}
    stored: dict[date, int] = defaultdict(int)
    for seal in trail.seals:
        stored[seal.day] += 1
        if seals.get(seal.day) is not seal:
            is_extra = seal.day in seals or seal.day not in days
            yield Finding("seal_inserted" if is_extra else "seal_edited", seal.day)
    open_day = head.day if head else max(days, default=None)
    yield from (
        Finding("seal_deleted", day) for day in sorted(days - set(stored)) if open_day and day < open_day
    )
    previous = None
    for seal in sorted(seals.values(), key=lambda found: found.day):
        last = genuine.get(seal.last)
        if last is not None and last.digest != seal.last_digest:
            yield Finding("rewritten", seal.day, seal.last)
        if previous is not None and seal.previous != previous.digest and seal.first == previous.last + 1:
            yield Finding("seal_edited", seal.day)
        previous = seal


def _end(trail: Trail, genuine: Mapping[int, Entry], head: Head | None, reach: int) -> Iterator[Finding]:
    """The head: gone, edited, or older than the entries."""
    day = max((entry.day for entry in genuine.values()), default=None)
    if head is None:
        yield Finding("head_edited" if trail.head else "head_deleted", day, reach)
        return
    last = genuine.get(head.count)
    if head.count < reach or (last is not None and last.digest != head.digest):
        yield Finding("head_edited", head.day, head.count)


def _against_kept(trail: Trail, genuine: Mapping[int, Entry], kept: Kept, key: bytes) -> Iterator[Finding]:
    """Days that differ from the seals kept elsewhere, and an end that is shorter than the one kept."""
    stored = {seal.day: seal for seal in trail.seals}
    for seal in kept.seals:
        if not _is_genuine_seal(seal, key):
            yield Finding("kept_forged", seal.day)
        elif seal.day not in stored:
            yield Finding("seal_deleted", seal.day, seal.last)
        elif stored[seal.day].digest != seal.digest:
            yield Finding("rewritten", seal.day, seal.last)
    if kept.head is None or not kept.head.count:
        return
    if not _same(kept.head.mac, links.head_mac(key, kept.head)):
        yield Finding("kept_forged", kept.head.day, kept.head.count)
        return
    last = genuine.get(kept.head.count)
    if last is not None and last.digest != kept.head.digest:
        yield Finding("rewritten", kept.head.day, kept.head.count)
    elif last is None and kept.head.count > max(genuine, default=0):
        lost = kept.head.count - max(genuine, default=0)
        yield Finding("truncated", kept.head.day, max(genuine, default=0) + 1, count=lost)
