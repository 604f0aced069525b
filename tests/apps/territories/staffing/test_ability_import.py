"""Abilities from a file: dated, blank cells keep, the same again changes nothing, taken back."""

from datetime import date
from pathlib import Path

import pytest

from quyu.apps.territories.models import Ability
from tests.apps.territories.conftest import Site
from tests.people import TODAY
from tests.platform.masterdata.test_kinds import counts, home, imported, places, prepared, undo

pytestmark = pytest.mark.usefixtures("home")
__all__ = ["home"]
HEADER = "工号,生效日,能力,工作时间,梯队,技能,常驻地"


@pytest.mark.capability("ORG9")
def test_a_file_says_what_people_can_do_and_is_taken_back(site: Site, tmp_path: Path) -> None:
    lines = (
        HEADER,
        "E-owner,2026-01-01,80,100,初级,冷链、英语,J11县",
        "E-colleague,2026-01-01,120,50,senior,,J14",
    )

    run = imported("ability", tmp_path, *lines)

    owner = Ability.objects.get(person=site.company.person("owner"))
    assert (owner.percent, owner.grade, owner.home) == (80, "junior", site.unit("J11"))
    assert Ability.objects.get(person=site.company.person("colleague")).capacity == 0.6
    assert counts(prepared("ability", tmp_path, *lines)) == (0, 0, 2)
    undo(run)
    assert not Ability.objects.exists()


def test_a_blank_cell_keeps_what_held_and_a_correction_is_taken_back(site: Site, tmp_path: Path) -> None:
    imported("ability", tmp_path, HEADER, "E-owner,2026-01-01,80,100,初级,冷链,J11")
    imported("ability", tmp_path, "工号,生效日,能力", "E-owner,2026-06-01,95")
    person = site.company.person("owner")

    later = Ability.objects.holding([person.pk], TODAY)[person.pk]
    assert (later.percent, later.grade, later.skills, later.home) == (95, "junior", "冷链", site.unit("J11"))
    run = imported("ability", tmp_path, "工号,生效日,能力", "E-owner,2026-06-01,99")
    undo(run)
    assert Ability.objects.get(person=person, valid_from=date(2026, 6, 1)).percent == 95


def test_wrong_rows_are_named(site: Site, tmp_path: Path) -> None:
    found = prepared(
        "ability", tmp_path, HEADER, "E-nobody,2026-01-01,80,100,初级,,", "E-owner,2026-01-01,0,100,初级,,",
        "E-boss,2026-01-01,80,100,初级,,没有县", "E-director,2026-01-01,80,100,大师,,", "E-colleague,2026-01-01,80,100,初级,,",
        "E-colleague,2026-01-01,90,100,初级,,",
    )  # fmt: skip

    assert {(row, column) for row, column, _code in places(found)} == {
        (2, "工号"), (3, "能力"), (4, "常驻地"), (5, "梯队"), (7, "生效日"),
    }  # fmt: skip
