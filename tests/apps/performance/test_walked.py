"""Many lines are walked through by compiled code; every set of sums is the one that few lines get."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from quyu.apps.performance import engine, following, restated, rollups, walked
from quyu.apps.performance.bases import Basis
from quyu.apps.performance.tallies import DELIVERED, RETURNED
from quyu.apps.performance.walked import Whose
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from tests.apps.performance.test_engine import NAMES, as_rows, claims, in_process, recorded


@pytest.fixture
def home(db: None, settings: Any, tmp_path: Path) -> Path:
    settings.QUYU_HOME = tmp_path
    return tmp_path


@pytest.fixture
def many(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """Few lines that are taken for many."""
    monkeypatch.setattr(engine, "FEW_LINES", 1)
    return recorded(Random(3))


def basis(seed: int) -> Basis:
    frame = claims(Random(seed))
    return Basis(frame, NAMES.catalog, attribution.digest(frame), "")


def test_the_attribution_kept_beside_is_that_of_the_lines(many: list[Batch]) -> None:
    now = basis(3)

    engine.summed(many, Whose(now.ownership, now.ownership_digest, is_kept=True), NAMES)

    for batch in many:
        path = attribution.path_of(batch, now.ownership_digest)
        wanted = attribution.attribute_lines(
            rollups.ORDER_LINES.columns(batch, rollups.SUMMED), now.ownership
        )
        assert attribution.read(path).to_pylist() == wanted.to_pylist()


@pytest.mark.capability("MON5")
def test_sums_from_what_is_stored_are_those_of_the_claims(
    many: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = basis(3)
    stored = Whose(now.ownership, now.ownership_digest)
    engine.summed(many, Whose(now.ownership, now.ownership_digest, is_kept=True), NAMES)
    monkeypatch.setattr(
        walked.Whose, "claims", property(lambda _whose: pytest.fail("a claim was looked for"))
    )

    found = engine.summed(many, stored, NAMES)

    assert as_rows(found) == as_rows(in_process(many, now.ownership))


def test_an_attribution_cut_short_is_not_believed(many: list[Batch]) -> None:
    now = basis(3)
    whose = Whose(now.ownership, now.ownership_digest)
    engine.summed(many, Whose(now.ownership, now.ownership_digest, is_kept=True), NAMES)
    path = attribution.path_of(many[0], now.ownership_digest)
    pq.write_table(attribution.read(path).slice(0, 10), path)

    assert as_rows(engine.summed(many, whose, NAMES)) == as_rows(in_process(many, now.ownership))


def test_row_groups_of_other_sizes_are_read_in_step(many: list[Batch]) -> None:
    now = basis(3)
    engine.summed(many, Whose(now.ownership, now.ownership_digest, is_kept=True), NAMES)
    for batch, size in zip(many, (7, 100, 299, 1_000), strict=False):
        path = attribution.path_of(batch, now.ownership_digest)
        pq.write_table(attribution.read(path), path, row_group_size=size)

    found = engine.summed(many, Whose(now.ownership, now.ownership_digest), NAMES)

    assert as_rows(found) == as_rows(in_process(many, now.ownership))


@pytest.mark.parametrize("tally", [RETURNED, DELIVERED])
def test_a_tally_of_many_lines_is_that_of_few(
    many: list[Batch], monkeypatch: pytest.MonkeyPatch, tally: Any
) -> None:
    now = basis(3)
    found = following.of_batches(tally, many, now, NAMES)
    monkeypatch.setattr(engine, "FEW_LINES", 10**9)

    assert as_rows(found) == as_rows(following.of_batches(tally, many, now, NAMES))
    assert bool(as_rows(found)[0]) == (tally is RETURNED)


def test_the_restated_sums_of_many_lines_are_those_of_few(
    many: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = basis(3).restated(many[0].first_on + timedelta(60))
    found = restated.of_batches(many, now, NAMES)
    monkeypatch.setattr(engine, "FEW_LINES", 10**9)

    assert as_rows(found) == as_rows(restated.of_batches(many, now, NAMES))
