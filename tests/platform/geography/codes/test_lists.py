"""Lists of code changes: kept by old code, new code and day, judged together with what is kept already."""

import json

import pytest
from click.testing import CliRunner

from quyu.kernel.refusal import Refusal
from quyu.platform.audit.models import Decision
from quyu.platform.geography.codes.applying import apply
from quyu.platform.geography.codes.waiting import waiting
from quyu.platform.geography.models import BasicUnit, CodeChange, MarketFigure
from quyu.platform.geography.selectors import market_figures, place_many
from quyu.platform.geography.services import load_china
from quyu.shell.cli.recode import recode
from tests.people import TODAY, Company, client_of
from tests.platform.geography.codes.conftest import AT, Lists

pytestmark = pytest.mark.capability("B7")
UPGRADE = "320511,320521,撤县设市、设区,2026-03-01,,甲市,,民政部 2026"


def test_a_list_waits_and_can_be_taken_back(lists: Lists) -> None:
    run = lists.written(UPGRADE, "320512,320522,换码,2026-09-01,,乙区,,民政部 2026")

    assert [(one.event.olds, one.why) for one in waiting(TODAY)] == [
        (("320511",), ""),
        (("320512",), "变更日期是 2026-09-01，到那天才能执行。"),
    ]
    again = lists.judged(UPGRADE).findings.preview
    assert (again["created"], again["unchanged"]) == (0, 1)
    lists.undone(run)
    assert not CodeChange.objects.exists()


def test_a_line_that_was_applied_is_never_changed(lists: Lists) -> None:
    run = lists.written(UPGRADE)
    CodeChange.objects.update(applied_on=TODAY)

    assert lists.faults(UPGRADE.replace("甲市", "甲新市")) == [(2, "applied_already")]
    with pytest.raises(Refusal, match="已经执行"):
        lists.undone(run)
    assert CodeChange.objects.get().new_name == "甲市"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("999999,320521,更名,2026-03-01,,甲市,,x",), [(2, "unknown_code")]),
        (("320511,320521,更名,2026-03-01,,,,x",), [(2, "no_name")]),
        (("320511,320512,更名,2026-03-01,,,,x",), [(2, "new_code_taken")]),
        (("320511,320511,更名,2026-03-01,,甲县,,x",), [(2, "nothing_changes")]),
        (("320511,320500,合并,2026-03-01,,,,x",), [(2, "other_level")]),
        (("320511,320521,合并,2026-03-01,,甲市,,x",), [(2, "merges_nothing")]),
        (("320511,320521,拆分,2026-03-01,,甲市,,x",), [(2, "splits_nothing")]),
        (("320511,320521,更名,2026-03-01,,甲市,777,x",), [(2, "unknown_code")]),
        (("320511,320521,搬家,2026-03-01,,甲市,,x",), [(2, "unknown_choice")]),
        (("320511,320521,更名,昨天,,甲市,,x",), [(2, "not_a_date")]),
        (("320511,320521,更名,2026-03-01,,甲市,,",), [(2, "required")]),
        (("3" * 41 + ",320521,更名,2026-03-01,,甲市,,x",), [(2, "too_long")]),
        (
            ("320511,320521,拆分,2026-03-01,60%,甲东,,x", "320511,320522,拆分,2026-03-01,30%,甲西,,x"),
            [(2, "shares_off"), (3, "shares_off")],
        ),
        (
            ("320511,320521,更名,2026-03-01,,甲市,,x", "320521,320531,更名,2026-03-01,,甲区,,x"),
            [(2, "chain_of_codes"), (3, "chain_of_codes")],
        ),
        (
            ("320511,320512,合并,2026-03-01,,,,x", "320512,320511,合并,2026-03-01,,,,x"),
            [(2, "chain_of_codes"), (3, "chain_of_codes")],
        ),
        (
            ("320511,320521,更名,2026-03-01,,甲市,,x", "320521,320511,更名,2026-04-01,,甲县,,x"),
            [(3, "code_used_before")],
        ),
        (
            ("320511,320521,更名,2026-03-01,,甲市,,x", "320511,320531,更名,2026-04-01,,甲区,,x"),
            [(3, "old_code_retired")],
        ),
        (
            ("320511,320521,更名,2026-03-01,,甲市,,x", "320511,320521,升格,2026-03-01,,甲市,,x"),
            [(3, "duplicate_line")],
        ),
        (
            ("320511,320521,更名,2026-03-01,,甲市,,x", "320511,320522,更名,2026-03-01,,甲区,,x"),
            [(2, "not_one_to_one"), (3, "not_one_to_one")],
        ),
    ],
)
def test_what_is_contradictory_is_told_by_row(
    lists: Lists, lines: tuple[str, ...], told: list[tuple[int, str]]
) -> None:
    assert lists.faults(*lines) == told
    assert not CodeChange.objects.exists()


def test_a_chain_over_several_days_is_sound(lists: Lists) -> None:
    first, second = UPGRADE, "320521,320531,换码,2026-05-01,,甲区,,民政部 2026"
    lists.written(first, second)

    assert [one.why for one in waiting(TODAY)] == [
        "",
        "编码 320521 还有 2026-03-01 的变更没有执行，请先执行那一项。",
    ]


def test_a_list_contradicts_what_is_kept_already(lists: Lists) -> None:
    lists.written(UPGRADE)

    assert lists.faults("320511,320512,合并,2026-02-01,,,,x") == []
    lists.written("320511,320512,合并,2026-02-01,,,,x")
    assert [one.why for one in waiting(TODAY)][1].startswith("编码 320511 在这之前已经停用")


def test_the_page_shows_what_waits_and_takes_a_line_out(company: Company, lists: Lists) -> None:
    lists.written(UPGRADE)
    owner, manager = client_of(company.operations), client_of(company.boss)
    page = owner.get("/geography/codes/").content.decode()

    assert "甲县" in page
    assert "甲市" in page
    row = CodeChange.objects.get()
    assert manager.get("/geography/codes/").status_code == 403
    assert manager.post(f"/geography/codes/{row.pk}/remove/").status_code == 403
    assert owner.post(f"/geography/codes/{row.pk}/remove/").status_code == 302
    assert owner.post(f"/geography/codes/{row.pk}/remove/").status_code == 404
    assert "没有待执行的变更" in owner.get("/geography/codes/").content.decode()
    assert BasicUnit.objects.filter(retired_on=None).count() == 6


def test_the_page_follows_a_change_once_and_says_why_not(company: Company, lists: Lists) -> None:
    lists.written(UPGRADE, "320512,320522,换码,2026-09-01,,乙区,,民政部 2026")
    client, row = client_of(company.operations), CodeChange.objects.get(new_code="320521")
    later = CodeChange.objects.get(new_code="320522")

    page = client.get(f"/geography/codes/{row.pk}/").content.decode()
    assert "客户所在地" in page
    assert "执行变更" in page
    assert "到那天才能执行" in client.get(f"/geography/codes/{later.pk}/").content.decode()
    assert client_of(company.boss).post(f"/geography/codes/{row.pk}/apply/").status_code == 403
    client.post(f"/geography/codes/{later.pk}/apply/")
    assert not CodeChange.objects.exclude(applied_on=None).exists()
    for said in ("已执行，今天起按新编码 320521。", "320521 的变更已经执行过，没有再动。"):
        answer = client.post(f"/geography/codes/{row.pk}/apply/", follow=True)
        assert said in answer.content.decode()
    assert client.post("/geography/codes/99999/apply/").status_code == 404
    assert client.get("/geography/codes/99999/").status_code == 404
    assert BasicUnit.objects.get(code="320511").retired_on == TODAY
    assert Decision.objects.filter(verb="codes.apply").count() == 1


def test_the_command_shows_first_and_applies_when_told(lists: Lists) -> None:
    lists.written(UPGRADE, "320521,320531,换码,2026-05-01,,甲区,,x", "320512,320522,换码,2026-09-01,,乙区,,x")

    shown = CliRunner().invoke(recode, ["--json"])
    assert json.loads(shown.output.splitlines()[-1])["applied"] == 0
    assert BasicUnit.objects.filter(retired_on=None).count() == 6
    assert shown.exit_code == 1
    done = CliRunner().invoke(recode, ["--apply", "--json"])
    said = json.loads(done.output.splitlines()[-1])
    assert (said["applied"], done.exit_code) == (2, 0)
    assert [(one["state"], one["code"]) for one in said["changes"]] == [
        ("applied", ""),
        ("applied", ""),
        ("blocked", "not_yet"),
    ]
    assert dict(BasicUnit.objects.exclude(retired_on=None).values_list("code", "parent_code")) == {
        "320511": "320531",
        "320521": "320531",
    }
    again = CliRunner().invoke(recode, ["--apply", "--json"])
    assert json.loads(again.output.splitlines()[-1])["applied"] == 0


def test_an_old_name_is_still_found_and_a_common_short_name_means_the_new_unit(lists: Lists) -> None:
    lists.written(
        "320511,320521,撤县设市,2026-03-01,,甲甲市,,x", "320512,320522,撤县设市,2026-03-01,,乙市,,x"
    )
    BasicUnit.objects.filter(code="320511").update(name="甲甲县")
    for row in CodeChange.objects.all():
        apply(pk=row.pk, actor=None, at=AT)

    found = place_many(
        [("江苏", "苏州", "甲甲县", None), ("江苏省", "苏州市", "甲甲", None), ("江苏", None, "乙市", None)]
    )
    assert found == ["320511", "320521", "320522"]


def test_a_county_moves_with_its_figures_to_a_city_whose_code_changes_too(lists: Lists) -> None:
    lists.written("320500,320900,换码,2026-03-01,,新苏市,,x", "320511,320911,换码,2026-03-01,,甲区,320900,x")
    for row in CodeChange.objects.filter(applied_on=None).order_by("pk"):
        apply(pk=row.pk, actor=None, at=AT)

    rows = {
        u.code: (u.parent_code, u.city) for u in BasicUnit.objects.filter(retired_on=None, level="county")
    }
    assert rows == dict.fromkeys(("320911", "320512", "320513", "320514"), ("320900", "新苏市"))


def test_market_data_are_divided_added_and_weighed(lists: Lists, units: dict[str, BasicUnit]) -> None:
    given = {"320511": (100_001, 300), "320512": (300_000, 700), "320513": (50_001, 500)}
    for code, (people, growth) in given.items():
        for measure, value in (("population", people), ("growth", growth)):
            MarketFigure.objects.create(
                unit=units[code], measure=measure, value=value, as_of=TODAY.replace(year=2025), source="年鉴"
            )
    lists.written(
        "320511,320521,合并,2026-03-01,,新区,,x", "320512,320521,合并,2026-03-01,,新区,,x",
        "320513,320513,拆分,2026-03-01,33.33%,,,x", "320513,320523,拆分,2026-03-01,66.67%,丙东,,x",
    )  # fmt: skip
    for row in CodeChange.objects.filter(applied_on=None).order_by("pk"):
        apply(pk=row.pk, actor=None, at=AT)

    assert market_figures("population", TODAY) == {"320521": 400_001, "320513": 16_665, "320523": 33_336}
    assert market_figures("growth", TODAY) == {"320521": 600, "320513": 500, "320523": 500}
    assert market_figures("population", TODAY.replace(year=2025)).keys() >= {"320511", "320512"}
    source = MarketFigure.objects.get(unit__code="320521", measure="population").source
    assert source.startswith("区划变更 2026-03-01：由 320511、320512 推算（年鉴 2025-06-15")


@pytest.mark.django_db
def test_loading_china_again_leaves_retired_units_in_their_heirs() -> None:
    load_china(provinces=("82",))
    old = BasicUnit.objects.filter(level="county").order_by("code")[0]
    BasicUnit.objects.create(code="829999", name="新区", level="county", parent_code=old.parent_code)
    BasicUnit.objects.filter(pk=old.pk).update(retired_on=TODAY, parent_code="829999")

    load_china(provinces=("82",))

    old.refresh_from_db()
    assert (old.retired_on, old.parent_code) == (TODAY, "829999")
