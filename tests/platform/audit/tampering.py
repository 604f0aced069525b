"""A trail in memory, and every way to tamper with it that a writer of the database has.

Each way returns the trail after it and what a verification must name: numbers of entries, or days of seals.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from quyu.platform.audit import links
from quyu.platform.audit.links import Entry, Head, Seal
from quyu.platform.audit.trail import Trail

KEY = b"the key of the tests"
START = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Tampered:
    """One of `numbers` (or of `days`) must be named, by one of `kinds`."""

    trail: Trail
    kinds: frozenset[str]
    numbers: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()


def make_trail(days: int, each: int, *, plain: int = 0) -> Trail:
    """`each` entries on every day but the last, which has as many and is open; the first `plain` in the old form."""
    entries: list[Entry] = []
    seals: list[Seal] = []
    for ordinal in range(days):
        moment = START + timedelta(days=ordinal)
        for _ in range(each):
            entries.append(
                next_entry(entries, moment + timedelta(minutes=len(entries)), is_plain=len(entries) < plain)
            )
        if ordinal < days - 1:
            seals.append(seal(moment.date(), len(entries) - each + 1, entries[-1], seals))
    return Trail(entries, seals, head(entries))


def next_entry(entries: list[Entry], at: datetime, *, is_plain: bool = False) -> Entry:
    number = len(entries) + 1
    entry = Entry(
        pk=number + number // 5,  # the database leaves gaps
        number=number, day=at.date(), actor=number % 3 or None, verb=("import", "approve", "publish")[number % 3],
        subject_type="batch", subject_id=str(number), label=f"批次{number}", detail={"rows": number, "x": ["a", 1]},
        reason="", at=at, salt="" if is_plain else secrets.token_hex(16), commitment="",
        previous=entries[-1].digest if entries else "", digest="", mac="",
    )  # fmt: skip
    return chained(entry, is_plain=is_plain)


def chained(entry: Entry, *, is_plain: bool = False, key: bytes = KEY) -> Entry:
    """The entry with commitment, digest and mac of its content, as the product writes it (or a forger without the key)."""
    entry = replace(entry, commitment="" if is_plain else links.commitment_of(entry))
    entry = replace(entry, digest=links.digest_of(entry))
    return replace(entry, mac=links.entry_mac(key, entry))


def seal(day: date, first: int, last: Entry, before: list[Seal], key: bytes = KEY) -> Seal:
    made = Seal(day, first, last.number, last.digest, before[-1].digest if before else "", "", "")
    made = replace(made, digest=links.seal_digest(made))
    return replace(made, mac=links.seal_mac(key, made))


def head(entries: list[Entry], key: bytes = KEY) -> Head:
    last = entries[-1]
    made = Head(len(entries), last.day, last.digest, "")
    return replace(made, mac=links.head_mac(key, made))


def edit_field(trail: Trail, rng: random.Random) -> Tampered:
    entry = rng.choice(trail.entries)
    field, value = rng.choice(
        [
            ("actor", 99), ("verb", "forged"), ("subject_type", "x"), ("subject_id", "0"), ("label", "另一个"),
            ("detail", {**entry.detail, "rows": -1}), ("detail", {}), ("reason", "补写的理由"),
            ("at", entry.at + timedelta(microseconds=1)), ("salt", secrets.token_hex(16)),
            ("commitment", secrets.token_hex(32)), ("previous", secrets.token_hex(32)),
            ("digest", secrets.token_hex(32)), ("mac", secrets.token_hex(32)), ("day", entry.day + timedelta(days=1)),
            ("pk", 10_000),
        ]
    )  # fmt: skip
    return edited(trail, entry, replace(entry, **{field: value}))


def edit_and_hash_again(trail: Trail, rng: random.Random) -> Tampered:
    """The forger makes commitment and digest fit, but has no key."""
    entry = rng.choice(trail.entries)
    forged = chained(replace(entry, label="伪造"), is_plain=not entry.commitment, key=b"guessed")
    return edited(trail, entry, forged)


def edited(trail: Trail, entry: Entry, forged: Entry) -> Tampered:
    rows = [forged if row is entry else row for row in trail.entries]
    return Tampered(replace_rows(trail, rows), frozenset({"edited"}), frozenset({entry.number}))


def rewrite_from(trail: Trail, rng: random.Random) -> Tampered:
    """Everything from one entry on is written anew, seals and head included, with a key of the forger's own."""
    place = rng.randrange(len(trail.entries))
    rows = list(trail.entries[:place])
    for old in trail.entries[place:]:
        changed = replace(
            old,
            label="伪造" if old is trail.entries[place] else old.label,
            previous=rows[-1].digest if rows else "",
        )
        rows.append(chained(changed, is_plain=not old.commitment, key=b"forger"))
    seals: list[Seal] = []
    for old_seal in trail.seals:
        is_before = old_seal.last < trail.entries[place].number
        seals.append(
            old_seal
            if is_before
            else seal(old_seal.day, old_seal.first, rows[old_seal.last - 1], seals, b"forger")
        )
    number = trail.entries[place].number
    kinds = frozenset({"edited", "key"} if place == 0 else {"edited"})
    return Tampered(Trail(rows, seals, head(rows, b"forger")), kinds, frozenset({number}))


def delete_some(trail: Trail, rng: random.Random) -> Tampered:
    place = rng.randrange(len(trail.entries) - 1)
    count = rng.randint(1, min(3, len(trail.entries) - 1 - place))
    gone = trail.entries[place : place + count]
    rows = [row for row in trail.entries if row not in gone]
    return Tampered(replace_rows(trail, rows), frozenset({"deleted"}), frozenset({gone[0].number}))


def delete_and_close_up(trail: Trail, rng: random.Random) -> Tampered:
    """The numbers after the gap move up, so that none is missing in the middle."""
    place = rng.randrange(len(trail.entries) - 1)
    rows = list(trail.entries[:place]) + [
        replace(row, number=row.number - 1) for row in trail.entries[place + 1 :]
    ]
    number = trail.entries[place].number
    return Tampered(
        replace_rows(trail, rows), frozenset({"reordered", "edited", "deleted"}), frozenset({number})
    )


def cut_tail(trail: Trail, rng: random.Random) -> Tampered:
    count = rng.randint(1, len(trail.entries) - 1)
    rows = list(trail.entries[:-count])
    return Tampered(replace_rows(trail, rows), frozenset({"truncated"}), frozenset({rows[-1].number + 1}))


def cut_tail_and_head(trail: Trail, rng: random.Random) -> Tampered:
    """The head is made to fit the shorter trail, and the seals beyond are dropped; the key is missing."""
    count = rng.randint(1, len(trail.entries) - 1)
    rows = list(trail.entries[:-count])
    seals = [kept for kept in trail.seals if kept.last <= rows[-1].number]
    return Tampered(
        Trail(rows, seals, head(rows, b"forger")), frozenset({"head_edited"}), frozenset({rows[-1].number})
    )


def insert_one(trail: Trail, rng: random.Random) -> Tampered:
    """A forged entry, or a copy of a real one, under a number of its own or one that is taken."""
    source = rng.choice(trail.entries)
    number = rng.choice([source.number, len(trail.entries) + 1, 0])
    forged = replace(source, pk=5_000 + source.number, number=number)
    if rng.random() < 0.5:
        forged = chained(replace(forged, label="插入"), key=b"forger")
    numbers = frozenset({number, source.number})
    return Tampered(
        replace_rows(trail, [*trail.entries, forged]), frozenset({"inserted", "edited", "reordered"}), numbers
    )


def insert_and_move_on(trail: Trail, rng: random.Random) -> Tampered:
    """A forged entry in the middle; every later number moves on by one."""
    place = rng.randrange(1, len(trail.entries))
    forged = chained(replace(trail.entries[place], pk=5_000, label="插入"), key=b"forger")
    later = [replace(row, number=row.number + 1) for row in trail.entries[place:]]
    rows = [*trail.entries[:place], forged, *later]
    return Tampered(
        replace_rows(trail, rows), frozenset({"edited", "inserted", "reordered"}), frozenset({forged.number})
    )


def swap_places(trail: Trail, rng: random.Random) -> Tampered:
    """Two entries exchange number and day, or number, day and row."""
    one, other = rng.sample(list(trail.entries), 2)
    names = (
        ("number", "day", "pk")
        if rng.random() < 0.3
        else ("number", "day")
        if rng.random() < 0.6
        else ("pk",)
    )
    exchanged = {
        id(one): replace(one, **{name: getattr(other, name) for name in names}),
        id(other): replace(other, **{name: getattr(one, name) for name in names}),
    }
    rows = [exchanged.get(id(row), row) for row in trail.entries]
    return Tampered(
        replace_rows(trail, rows), frozenset({"reordered"}), frozenset({one.number, other.number})
    )


def swap_content(trail: Trail, rng: random.Random) -> Tampered:
    one, other = rng.sample(list(trail.entries), 2)
    names = (
        "actor",
        "verb",
        "subject_type",
        "subject_id",
        "label",
        "detail",
        "reason",
        "at",
        "salt",
        "commitment",
    )
    exchanged = {
        id(one): replace(one, **{name: getattr(other, name) for name in names}),
        id(other): replace(other, **{name: getattr(one, name) for name in names}),
    }
    rows = [exchanged.get(id(row), row) for row in trail.entries]
    return Tampered(replace_rows(trail, rows), frozenset({"edited"}), frozenset({one.number, other.number}))


def tamper_seal(trail: Trail, rng: random.Random) -> Tampered:
    found = rng.choice(trail.seals)
    rest = [kept for kept in trail.seals if kept is not found]
    if rng.random() < 0.3:
        return Tampered(
            Trail(trail.entries, rest, trail.head), frozenset({"seal_deleted"}), days=frozenset({found.day})
        )
    if rng.random() < 0.3:
        extra = replace(found, day=found.day + timedelta(days=900))
        changed, day, kind = [*trail.seals, extra], extra.day, "seal_inserted"
    else:
        field = rng.choice(["first", "last", "last_digest", "previous", "digest", "mac"])
        value: object = getattr(found, field)
        new = value + 1 if isinstance(value, int) else secrets.token_hex(32)
        changed, day, kind = [*rest, replace(found, **{field: new})], found.day, "seal_edited"
    return Tampered(Trail(trail.entries, changed, trail.head), frozenset({kind}), days=frozenset({day}))


def tamper_head(trail: Trail, rng: random.Random) -> Tampered:
    assert trail.head is not None
    if rng.random() < 0.3:
        return Tampered(
            Trail(trail.entries, trail.seals, None),
            frozenset({"head_deleted"}),
            frozenset({trail.head.count}),
        )
    change = rng.choice(
        [{"count": trail.head.count - 1}, {"count": trail.head.count + 1}, {"digest": "0" * 64}, {"mac": ""}]
    )
    forged = replace(trail.head, **change)
    return Tampered(
        Trail(trail.entries, trail.seals, forged), frozenset({"head_edited"}), frozenset({trail.head.count})
    )


def replace_rows(trail: Trail, rows: list[Entry]) -> Trail:
    return Trail(rows, trail.seals, trail.head)


WAYS: tuple[Callable[[Trail, random.Random], Tampered], ...] = (
    edit_field, edit_field, edit_and_hash_again, rewrite_from, delete_some, delete_and_close_up, cut_tail,
    cut_tail_and_head, insert_one, insert_and_move_on, swap_places, swap_content, tamper_seal, tamper_head,
)  # fmt: skip
