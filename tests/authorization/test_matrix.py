"""A sample of the matrix in the ordinary suite: the same questions on every run, of every topic and every role.

`make matrix` asks all of them, more than 100,000 (docs/howto/authorization-tests.md).
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.authorization import coverage, hunting, matrix
from tests.authorization.faults import FAULTS
from tests.authorization.relations import RELATIONS
from tests.authorization.rights import TABLE
from tests.authorization.site import Site, new_site
from tests.authorization.world import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ORG4", "ORG6", "PLT4")]
SAMPLE = 2_000
QUICK = (
    "unscoped Customer", "closed dates of people on seats", "leaver signs in", "user= honoured", "mass assignment",
    "masked field shown", "approve by GET", "export without scope", "version check off", "unwritable field",
)  # fmt: skip


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Iterator[Site]:
    """The world in a data directory of its own; thousands of refusals fill no log."""
    settings.QUYU_HOME = tmp_path
    settings.QUYU_TODAY = TODAY.isoformat()
    logging.disable(logging.CRITICAL)
    yield new_site()
    logging.disable(logging.NOTSET)


def test_every_route_and_operation_has_a_topic() -> None:
    topics = matrix.all_topics()

    assert matrix.left_out(topics) == []
    assert {topic.method for topic in topics} == set(coverage.METHODS)
    assert len({topic.name for topic in topics}) == len(topics)


def test_a_sample_of_the_matrix_agrees_with_the_oracle(site: Site) -> None:
    result = matrix.run(site, matrix.draw(matrix.all_topics(), site, SAMPLE))

    assert result.disagreements == []
    assert result.decisions > SAMPLE * 0.8
    roles = {role for found in result.by_role for role in found.split(",")}
    assert roles >= set(TABLE) | {"anonymous"}
    assert set(result.by_relation) >= set(RELATIONS) - {"future", "left"}


@pytest.mark.capability("ORG6")
def test_some_mistakes_made_on_purpose_are_found(site: Site) -> None:
    chosen = [fault for fault in FAULTS if fault.name in QUICK]
    assert len(chosen) == len(QUICK)

    missed = [found.fault.name for found in hunting.hunt(site, chosen) if not found.evidence]

    assert missed == []


def test_there_are_mistakes_enough() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
