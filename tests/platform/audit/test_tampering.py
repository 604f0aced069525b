"""Whatever is done to a trail, the verification names it: where, and what."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from quyu.platform.audit import links, trail
from quyu.platform.audit.trail import Finding, Kept, Trail
from tests.platform.audit.tampering import KEY, WAYS, Tampered, chained, head, make_trail, next_entry, seal

TAMPERINGS = 10_000


def names_it(done: Tampered, findings: tuple[Finding, ...]) -> bool:
    return any(
        found.kind in done.kinds
        and (found.number in done.numbers or found.day in done.days or found.kind == "key")
        for found in findings
    )


@pytest.mark.capability("ADJ6", "PLT7")
def test_ten_thousand_random_tamperings_are_all_named() -> None:
    rng = random.Random(20260615)
    trails = [make_trail(3, 5), make_trail(3, 5, plain=8), make_trail(1, 8), make_trail(6, 2, plain=12)]
    assert all(trail.verify(one, KEY).is_intact for one in trails)
    done: Counter[str] = Counter()

    for number in range(TAMPERINGS):
        whole, way = trails[number % len(trails)], WAYS[number % len(WAYS)]
        if way.__name__ == "tamper_seal" and not whole.seals:
            whole = trails[0]
        tampered = way(whole, rng)
        findings = trail.verify(tampered.trail, KEY).findings
        assert names_it(tampered, findings), (
            number,
            way.__name__,
            tampered.kinds,
            tampered.numbers,
            findings,
        )
        done[way.__name__] += 1

    assert sum(done.values()) == TAMPERINGS


def test_a_single_edit_is_the_only_finding() -> None:
    whole = make_trail(3, 5)
    rows = list(whole.entries)
    rows[7] = replace(rows[7], reason="补写")

    result = trail.verify(Trail(rows, whole.seals, whole.head), KEY)

    assert result.findings == (Finding("edited", date(2026, 6, 2), 8),)


def test_a_moved_entry_tells_where_it_belongs() -> None:
    whole = make_trail(2, 4)
    rows = list(whole.entries)
    rows[1], rows[2] = replace(rows[1], number=3), replace(rows[2], number=2)

    result = trail.verify(Trail(rows, whole.seals, whole.head), KEY)

    day = date(2026, 6, 1)
    assert result.findings == (Finding("reordered", day, 2, 3), Finding("reordered", day, 3, 2))


def test_another_key_is_named_as_such() -> None:
    assert trail.verify(make_trail(2, 3), b"another").findings == (Finding("key", None),)


@pytest.mark.capability("ADJ6")
def test_seals_kept_elsewhere_find_what_was_rewritten_with_the_key() -> None:
    whole = make_trail(3, 4)
    rows = list(whole.entries[:5])
    for old in whole.entries[5:]:
        rows.append(chained(replace(old, label=f"{old.label}!", previous=rows[-1].digest)))
    seals = [whole.seals[0]]
    seals.append(seal(whole.seals[1].day, 5, rows[7], seals))
    forged = Trail(rows, seals, head(rows))

    assert trail.verify(forged, KEY).is_intact
    found = trail.verify(forged, KEY, Kept(whole.seals, whole.head)).findings
    assert Finding("rewritten", whole.seals[1].day, 8) in found
    assert Finding("rewritten", whole.head.day, 12) in found  # type: ignore[union-attr]


@pytest.mark.capability("ADJ6")
def test_a_head_kept_elsewhere_finds_a_tail_cut_off_together_with_an_old_head() -> None:
    longer = make_trail(2, 4)
    shorter = Trail(longer.entries[:6], longer.seals, head(list(longer.entries[:6])))

    assert trail.verify(shorter, KEY).is_intact
    found = trail.verify(shorter, KEY, Kept((), longer.head)).findings
    assert found == (Finding("truncated", date(2026, 6, 2), 7, count=2),)


def test_forged_seals_kept_elsewhere_accuse_nobody() -> None:
    whole = make_trail(2, 3)
    forged = replace(whole.seals[0], last_digest="0" * 64)

    assert trail.verify(whole, KEY, Kept([forged])).findings == (Finding("kept_forged", forged.day),)


@pytest.mark.capability("ADJ6")
@pytest.mark.parametrize("plain", [0, 3])
def test_an_erasure_keeps_the_trail_intact_and_hides_nothing_else(plain: int) -> None:
    whole = make_trail(1, 3, plain=plain)
    erased = replace(whole.entries[1], label="匿名", salt="new salt")
    rows = [whole.entries[0], erased, whole.entries[2]]
    note = replace(
        next_entry(rows, whole.entries[2].at), verb=links.ERASURE_VERB,
        detail={links.REDACTED: {"2": links.commitment_of(erased)}},
    )  # fmt: skip
    rows.append(chained(note))

    assert trail.verify(Trail(rows, [], head(rows)), KEY).is_intact
    rows[1] = replace(erased, label="别的")
    assert trail.verify(Trail(rows, [], head(rows)), KEY).findings == (Finding("edited", erased.day, 2),)
