"""Lists of code changes: kept by old code, new code and day, judged together with what is kept already."""

import pytest

from quyu.kernel.refusal import Refusal
from quyu.platform.geography.codes.waiting import waiting
from quyu.platform.geography.models import BasicUnit, CodeChange
from tests.people import TODAY, Company, client_of
from tests.platform.geography.codes.conftest import Lists

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
