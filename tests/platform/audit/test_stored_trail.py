"""The trail in the database: days are sealed, and whatever is done to its tables by SQL is named."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from quyu.platform.audit import chain, services
from quyu.platform.audit.models import ChainHead, DaySeal, Decision
from quyu.platform.audit.trail import Finding
from tests.people import Company

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
TAMPERINGS = 150
COLUMNS = (
    ("verb", "forged"), ("subject_type", "x"), ("subject_id", "0"), ("subject_label", "另一个"), ("reason", "补写"),
    ("detail", json.dumps({"rows": -1})), ("at", "2026-05-01 00:00:00+00"), ("day", "2026-05-01"), ("actor_id", None),
    ("salt", "0" * 32), ("commitment", "0" * 64), ("previous_digest", "0" * 64), ("digest", "0" * 64), ("mac", "0" * 64),
    ("number", 9_000), ("id", 9_000_000),
)  # fmt: skip


def fill(company: Company, days: int = 3, each: int = 3) -> list[Decision]:
    return [
        services.record(
            actor=company.director, verb="import", subject=company.east, label=f"{day}-{number}",
            detail={"rows": number, "on": "2026-06-01"}, reason="月结", at=AT + timedelta(days=day, minutes=number),
        )
        for day in range(days)
        for number in range(each)
    ]  # fmt: skip


@pytest.mark.capability("ADJ6", "PLT7")
def test_a_new_day_seals_the_day_before(company: Company) -> None:
    rows = fill(company)

    first, second = DaySeal.objects.order_by("day")
    assert (first.first_number, first.last_number, first.last_digest) == (1, 3, rows[2].digest)
    assert second.previous_digest == first.digest
    assert chain.verify_chain().days == 2
    chain.seal_finished((AT + timedelta(days=9)).date())
    chain.seal_finished((AT + timedelta(days=9)).date())
    assert DaySeal.objects.count() == 3
    late = services.record(actor=None, verb="import", subject=company.east, label="补", at=AT)
    assert late.day == (AT + timedelta(days=9)).date()
    assert chain.verify_chain().is_intact


def test_a_moment_before_the_head_stays_in_the_day_of_the_head(company: Company) -> None:
    fill(company, days=2)

    late = services.record(actor=None, verb="import", subject=company.east, label="补", at=AT)

    assert (late.day, late.number) == ((AT + timedelta(days=1)).date(), 7)
    assert chain.verify_chain().is_intact


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def edit(rows: list[Decision], rng: random.Random) -> set[int]:
    row, (column, value) = rng.choice(rows), rng.choice(COLUMNS)
    run(f"UPDATE audit_decision SET {column} = %s WHERE id = %s", value, row.pk)
    return {row.number}


def delete(rows: list[Decision], rng: random.Random) -> set[int]:
    row = rng.choice(rows)
    run("DELETE FROM audit_decision WHERE id = %s", row.pk)
    return {row.number}


def insert(rows: list[Decision], rng: random.Random) -> set[int]:
    row = Decision.objects.get(pk=rng.choice(rows).pk)
    row.pk, row.number, row.subject_label = 8_000_000, rng.choice([len(rows) + 1, 0]), "伪造"
    row.save(force_insert=True)
    return {row.number}


def swap(rows: list[Decision], rng: random.Random) -> set[int]:
    one, other = rng.sample(rows, 2)
    column = rng.choice(["number", "id"])
    values = (one.number, other.number) if column == "number" else (one.pk, other.pk)
    run(f"UPDATE audit_decision SET {column} = %s WHERE id = %s", 7_000_000, one.pk)
    run(f"UPDATE audit_decision SET {column} = %s WHERE id = %s", values[0], other.pk)
    run(
        f"UPDATE audit_decision SET {column} = %s WHERE id = %s",
        values[1],
        one.pk if column == "number" else 7_000_000,
    )
    return {one.number, other.number}


def cut(rows: list[Decision], rng: random.Random) -> set[int]:
    count = rng.randint(1, len(rows) - 1)
    run("DELETE FROM audit_decision WHERE number > %s", len(rows) - count)
    return {len(rows) - count + 1}


@pytest.mark.capability("ADJ6", "PLT7")
def test_tampering_by_sql_is_named(company: Company) -> None:
    rng, rows = random.Random(7), fill(company)
    ways: tuple[Callable[[list[Decision], random.Random], set[int]], ...] = (
        edit,
        edit,
        delete,
        insert,
        swap,
        cut,
    )
    for number in range(TAMPERINGS):
        way = ways[number % len(ways)]
        with transaction.atomic():
            numbers = way(rows, rng)
            found = chain.verify_chain().findings
            transaction.set_rollback(True)
        named = {finding.number for finding in found} | {finding.belongs for finding in found}
        assert numbers & named, (number, way.__name__, numbers, found)
    assert chain.verify_chain().is_intact


@pytest.mark.capability("ADJ6")
def test_a_row_that_cannot_even_be_read_is_named(company: Company) -> None:
    rows = fill(company)
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the types of its columns")

    run("UPDATE audit_decision SET at = '2026-13-45 99:00' WHERE id = %s", rows[4].pk)

    assert chain.verify_chain().findings == (Finding("edited", rows[4].day, 5),)


@pytest.mark.capability("ADJ6")
def test_seals_and_head_are_guarded_as_well(company: Company) -> None:
    rows = fill(company)
    day = rows[0].day
    with transaction.atomic():
        DaySeal.objects.filter(day=day).delete()
        assert chain.verify_chain().findings == (Finding("seal_deleted", day),)
        transaction.set_rollback(True)
    with transaction.atomic():
        Decision.objects.filter(number__gt=7).delete()
        ChainHead.objects.update(count=7, digest=rows[6].digest)
        assert [found.kind for found in chain.verify_chain().findings] == ["head_edited"]
        transaction.set_rollback(True)
    ChainHead.objects.all().delete()
    assert [found.kind for found in chain.verify_chain().findings] == ["head_deleted"]
