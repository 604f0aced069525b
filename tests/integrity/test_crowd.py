"""Many processes at once on a real database: no update is lost, and the same request has one effect."""

import pytest

from tests.integrity.program import results_of


@pytest.mark.capability("PLT7", "ADJ6")
def test_writers_of_the_same_rows_lose_no_update() -> None:
    cells, rows = results_of("crowd", "--writers", "6", "--seconds", "10", "--only", "cells,rows")

    assert cells["lost"] == rows["lost"] == 0
    assert cells["saves"] > 5
    assert rows["saves"] > 5


@pytest.mark.capability("ADJ6", "PLT4")
def test_the_same_request_sent_many_times_at_once_has_one_effect() -> None:
    results = {result["what"]: result for result in results_of("crowd", "--writers", "8", "--only", "once")}

    for name in ("confirm", "import", "undo", "submit", "approve", "publish"):
        assert results[name]["answers"]["done"] == 1
    assert results["import"]["effects"]["batches"] == 1
    assert results["rivals"]["faults"] == []


@pytest.mark.slow
@pytest.mark.parametrize("writers", [8, 32])
def test_a_minute_of_many_writers(writers: int) -> None:
    patience = ("--patience", "2") if writers == 8 else ()

    results = results_of(
        "crowd", "--writers", str(writers), "--seconds", "60", "--only", "cells,rows", *patience
    )

    assert [result["lost"] for result in results] == [0, 0]
