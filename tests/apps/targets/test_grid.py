"""What the grid asks for and sends: pieces of any two dimensions, blocks, ways out of a conflict, locks, comments."""

import json
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import CellComment, Lock, Operation, PlanVersion
from quyu.apps.targets.selectors.crossings import crossings
from quyu.apps.targets.selectors.ways import node_at, ways_of
from tests.apps.targets.plans import edit, make_plan
from tests.apps.targets.test_lattice import five, some_of
from tests.people import Company, client_of

WAN = 1_000_000


@pytest.fixture
def draft(company: Company) -> PlanVersion:
    return make_plan(company)


def get(company: Company, name: str, plan: PlanVersion, page: str, /, **asked: str) -> Any:
    return client_of(getattr(company, name)).get(reverse(f"target-{page}", args=[plan.pk]), asked)


def post(company: Company, name: str, plan: PlanVersion, page: str, /, **body: Any) -> Any:
    client = client_of(getattr(company, name))
    url = reverse(f"target-{page}", args=[plan.pk])
    method = client.patch if page == "cells" else client.post
    return method(url, json.dumps(body), content_type="application/json")


def fen(version: PlanVersion, region: str, period: str, line: str = "") -> int:
    now = PlanVersion.objects.get(pk=version.pk)
    return int(store.load(now)[Axes.from_json(now.axes).block(Node(region, period, line))].sum())


def at(region: str, period: str, line: str = "", **said: Any) -> dict[str, Any]:
    return {"region": region, "period": period, "line": line} | said


# ---- any rows, any columns -------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), share=st.sampled_from([1.0, 0.4]), picks=st.data())
@settings(deadline=None, max_examples=40)
def test_sums_at_any_rows_and_columns_are_those_of_the_cells_below(
    seed: int, share: float, picks: st.DataObject
) -> None:
    axes = five() if share == 1.0 else some_of(five(), seed, share)
    cells = np.random.default_rng(seed).integers(-(2**40), 2**52, axes.shape)
    ways = list(ways_of(axes).values())
    down, across = picks.draw(st.permutations(ways))[:2]
    rows = picks.draw(st.lists(st.integers(0, len(down.codes) - 1), max_size=6))
    columns = picks.draw(st.lists(st.integers(0, len(across.codes) - 1), min_size=1, max_size=6))
    within = {way.name: picks.draw(st.sampled_from(way.codes)) for way in ways if way not in (down, across)}

    found = crossings(axes, cells, (down, rows), (across, columns), node_at(axes, within))

    expected = [
        [
            sum(
                cells[
                    axes.block(
                        node_at(
                            axes,
                            within | {down.name: down.codes[row], across.name: across.codes[column]},
                        )
                    )
                ].tolist()
            )
            for column in columns
        ]
        for row in rows
    ]
    assert found.tolist() == expected


@pytest.mark.django_db
@pytest.mark.capability("DEC2", "DEC5")
def test_products_stand_over_regions_for_a_month(company: Company, draft: PlanVersion) -> None:
    asked = {"rows": "product", "columns": "region", "at.period": "2027-03", "r": "0-9", "c": "0-9"}

    piece = get(company, "operations", draft, "piece", **asked).json()

    axes = Axes.from_json(draft.axes)
    for row, line in enumerate(("", *axes.lines)):
        for column, region in enumerate(axes.regions):
            assert piece["values"][row][column] == fen(draft, region, "2027-03", line)
    page = get(company, "operations", draft, "version", rows="product", columns="region")
    assert "家电" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.capability("ORG4")
def test_no_view_sums_what_a_manager_does_not_reach(company: Company, draft: PlanVersion) -> None:
    asked = {"rows": "product", "columns": "region", "r": "0-9", "c": "0-9", "side": "last_year"}

    piece = get(company, "boss", draft, "piece", **asked).json()

    own = fen(draft, "JS", "2027")
    assert piece["whole"][0] == own
    assert fen(draft, "HQ", "2027") not in [
        *piece["whole"],
        *(value for row in piece["values"] for value in row),
    ]
    assert len(piece["columns"]) == 3
    by_month = get(company, "boss", draft, "piece", rows="product", columns="period", r="0", c="0").json()
    assert by_month["values"] == [[own]], "without a filter he sees his own, not the company"
    above = {"rows": "product", "columns": "period", "at.region": "HQ"}
    assert get(company, "boss", draft, "piece", **above).status_code == 404
    assert get(company, "boss", draft, "branch", dimension="region", open="HQ").status_code == 404
    below = get(company, "boss", draft, "branch", dimension="region", open="JS").json()["nodes"]
    assert [node["name"] for node in below] == ["苏北", "苏南"]


@pytest.mark.django_db
def test_eighteen_digits_arrive_whole(company: Company, draft: PlanVersion) -> None:
    answer = post(
        company, "operations", draft, "cells", version=draft.version, show={"r": "0", "c": "0"},
        **at("HQ", "2027", value="9007199254740993.01元"),
    )  # fmt: skip

    assert answer.json()["piece"]["values"] == [["900719925474099301"]]
    assert fen(draft, "HQ", "2027") == 900719925474099301


# ---- a block ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.capability("DEC10")
def test_a_pasted_block_is_one_operation_and_blanks_change_nothing(
    company: Company, draft: PlanVersion
) -> None:
    kept, count = fen(draft, "T:苏北", "2027-01"), Operation.objects.count()
    cells = [
        at("T:苏南", "2027-01", text="1,234.5"),
        at("T:苏南", "2027-02", text="0.02亿"),
        at("T:苏北", "2027-01", text=" "),
        at("T:苏北", "2027-02", text="+10%"),
    ]
    grown = fen(draft, "T:苏北", "2027-02")

    answer = post(company, "boss", draft, "block", cells=cells, version=draft.version, kind="paste")

    assert answer.status_code == 200
    assert fen(draft, "T:苏南", "2027-01") == 12_345 * WAN // 10
    assert fen(draft, "T:苏南", "2027-02") == 200 * WAN
    assert fen(draft, "T:苏北", "2027-01") == kept
    assert fen(draft, "T:苏北", "2027-02") == pytest.approx(grown * 1.1, abs=1)
    assert Operation.objects.count() == count + 1
    assert Operation.objects.order_by("-sequence")[0].kind == "paste"
    assert "江苏 · 2027" in [label for label, _before, _after in answer.json()["shifts"]]
    assert "粘贴" in get(company, "boss", draft, "history").content.decode()
    post(company, "boss", draft, "undo")
    assert fen(draft, "T:苏南", "2027-02") != 200 * WAN


@pytest.mark.django_db
@pytest.mark.capability("DEC10", "ORG4")
def test_a_block_with_anything_wrong_is_refused_whole_and_each_cell_named(
    company: Company, draft: PlanVersion
) -> None:
    post(company, "boss", draft, "lock", reason="已签约", **at("T:苏北", "2027-02"))
    before = store.digest(store.load(PlanVersion.objects.get(pk=draft.pk)))
    cells = [
        at("T:苏南", "2027-01", text="5"),
        at("T:苏北", "2027-02", text="6"),
        at("T:粤东", "2027-01", text="7"),
        at("T:苏南", "2027-13", text="8"),
        at("T:苏南", "2027-03", text="一百"),
        at("T:苏南", "2027-04", text="=A1+B1"),
        at("T:苏南", "2027-05", text="-3"),
    ]

    answer = post(company, "boss", draft, "block", cells=cells, version=draft.version + 1)

    said = {one["place"]: one["message"] for one in answer.json()["wrong"]}
    assert answer.status_code == 422
    assert sorted(said) == [1, 2, 3, 4, 5, 6]
    assert said[1] == "已锁定"
    assert all(" · 2027" in one["label"] for one in answer.json()["wrong"] if one["place"] not in (2, 3))
    assert "公式" in said[5]
    assert said[6] == "不能小于零"
    assert store.digest(store.load(PlanVersion.objects.get(pk=draft.pk))) == before


@pytest.mark.django_db
def test_a_block_on_a_stale_reading_is_refused(company: Company, draft: PlanVersion) -> None:
    edit(draft, company.operations, "T:苏南", "2027-01", 5 * WAN)

    answer = post(
        company, "boss", draft, "block", version=draft.version, cells=[at("T:苏南", "2027-01", text="6")]
    )

    assert answer.status_code == 409
    assert fen(draft, "T:苏南", "2027-01") == 5 * WAN


@pytest.mark.django_db
def test_a_filled_block_carries_exact_amounts(company: Company, draft: PlanVersion) -> None:
    value = fen(draft, "T:苏南", "2027-01")
    cells = [at("T:苏南", month, amount=str(value)) for month in ("2027-02", "2027-03")]

    post(company, "boss", draft, "block", cells=cells, version=draft.version, kind="fill")

    assert fen(draft, "T:苏南", "2027-02") == fen(draft, "T:苏南", "2027-03") == value
    assert Operation.objects.order_by("-sequence")[0].kind == "fill"


# ---- conflicts and their ways out ------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.capability("DEC12")
def test_a_refusal_names_the_fewest_locks_and_each_way_out_works(
    company: Company, draft: PlanVersion
) -> None:
    for period, amount in (("2027-01", 60), ("2027-02", 30), ("2027-03", 20)):
        edit(draft, company.boss, "T:苏南", period, amount * WAN)
        post(company, "boss", draft, "lock", reason=f"合同 {period}", **at("T:苏南", period))
    now = PlanVersion.objects.get(pk=draft.pk).version
    wish = at("JS", "2027Q1", value="85", rule="none", version=now)

    answer = post(company, "boss", draft, "cells", **wish)

    conflict = answer.json()["conflict"]
    assert answer.status_code == 422
    assert [lock["held"] for lock in conflict["locks"]] == [60 * WAN, 30 * WAN]
    assert conflict["nearest"] == 110 * WAN
    assert all(lock["may_unlock"] and lock["owner"] == "boss" for lock in conflict["locks"])
    nearest = at("JS", "2027Q1", value="110", rule="none", version=now)
    assert post(company, "boss", draft, "cells", **nearest).status_code == 200
    post(company, "boss", draft, "unlock", lock=conflict["locks"][0]["pk"])
    after = PlanVersion.objects.get(pk=draft.pk).version
    assert post(company, "boss", draft, "cells", **(wish | {"version": after})).status_code == 200


@pytest.mark.django_db
@pytest.mark.capability("DEC12")
def test_a_total_that_stays_is_part_of_the_conflict(company: Company, draft: PlanVersion) -> None:
    post(company, "boss", draft, "lock", reason="已签约", **at("T:苏北", "2027"))
    now = PlanVersion.objects.get(pk=draft.pk).version
    wish = at("T:苏南", "2027", value="+5%", rule="total", version=now)

    conflict = post(company, "boss", draft, "cells", **wish).json()["conflict"]

    assert [lock["label"] for lock in conflict["locks"]] == ["苏北 · 2027"]
    assert conflict["kept"]["label"] == "江苏 · 2027"
    assert conflict["other_rule"] == "none"
    assert post(company, "boss", draft, "cells", **(wish | {"rule": "none"})).status_code == 200


@pytest.mark.django_db
def test_two_planners_on_one_cell_see_both_values(company: Company, draft: PlanVersion) -> None:
    edit(draft, company.operations, "T:苏南", "2027-01", 5 * WAN)

    answer = post(
        company, "boss", draft, "cells", version=draft.version, **at("T:苏南", "2027-01", value="6")
    )

    stale = answer.json()["stale"]
    assert answer.status_code == 409
    assert (stale["typed"], stale["theirs"]) == (6 * WAN, 5 * WAN)
    again = post(
        company, "boss", draft, "cells", version=stale["version"], **at("T:苏南", "2027-01", value="6")
    )
    assert again.status_code == 200


# ---- locks that expire, comments -------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.capability("DEC10")
def test_a_lock_binds_until_the_day_it_expires(company: Company, draft: PlanVersion, settings: Any) -> None:
    answer = post(
        company, "boss", draft, "lock", reason="待签约", expires_on="2026-07-01", **at("T:苏南", "2027-01")
    )
    assert answer.status_code == 200
    version = PlanVersion.objects.get(pk=draft.pk).version
    wish = at("T:苏南", "2027-01", value="6", version=version)
    assert post(company, "boss", draft, "cells", **wish).status_code == 422
    settings.QUYU_TODAY = "2026-06-30"
    assert post(company, "boss", draft, "cells", **wish).status_code == 422

    settings.QUYU_TODAY = "2026-07-01"

    assert "已到期" in get(company, "boss", draft, "locks").content.decode()
    assert "待签约" not in get(company, "neighbour", draft, "locks").content.decode()

    assert get(company, "boss", draft, "piece", r="0-9", c="0-9").json()["locks"] == []
    assert "已到期" in get(company, "boss", draft, "why", **at("T:苏南", "2027-01")).content.decode()
    assert post(company, "boss", draft, "cells", **wish).status_code == 200
    again = post(company, "boss", draft, "lock", reason="再锁", **at("T:苏南", "2027-01"))
    assert again.status_code == 200
    assert Lock.objects.get().reason == "再锁"


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2026-06-15", "2020-01-01", "明天"])
def test_a_lock_that_would_not_bind_is_refused(company: Company, draft: PlanVersion, day: str) -> None:
    answer = post(company, "boss", draft, "lock", reason="x", expires_on=day, **at("T:苏南", "2027-01"))

    assert answer.status_code == 422
    assert not Lock.objects.exists()


@pytest.mark.django_db
@pytest.mark.capability("DEC10")
def test_a_thread_is_opened_answered_and_settled(company: Company, draft: PlanVersion) -> None:
    node = at("T:苏南", "2027-03")
    shown = {"r": "0-20", "c": "0-20"}

    answer = post(company, "boss", draft, "say", text="这里是否太高？", show=shown, **node)

    axes = Axes.from_json(draft.axes)
    place = [axes.region.nodes.index("T:苏南"), axes.period.nodes.index("2027-03"), 1]
    assert answer.json()["piece"]["comments"] == [place]
    first = CellComment.objects.get()
    post(company, "operations", draft, "say", text="按潜力算的", answers=first.pk)
    seen = get(company, "boss", draft, "comments", **node).content.decode()
    assert seen.index("这里是否太高") < seen.index("按潜力算的")
    settled = post(company, "boss", draft, "say", settles=first.pk, show=shown)
    assert settled.json()["piece"]["comments"] == []
    assert "已标为已解决" in get(company, "boss", draft, "comments", **node).content.decode()
    assert post(company, "boss", draft, "say", settles=first.pk).status_code == 422


@pytest.mark.django_db
@pytest.mark.capability("ORG4")
def test_comments_are_read_and_written_within_reach(company: Company, draft: PlanVersion) -> None:
    post(company, "operations", draft, "say", text="只给江苏看", **at("JS", "2027"))
    first = CellComment.objects.get()

    assert get(company, "neighbour", draft, "comments", **at("JS", "2027")).status_code == 404
    assert post(company, "neighbour", draft, "say", text="我也看看", **at("JS", "2027")).status_code == 404
    assert post(company, "neighbour", draft, "say", text="回复", answers=first.pk).status_code == 404
    assert post(company, "neighbour", draft, "say", settles=first.pk).status_code == 404
    assert post(company, "boss", draft, "say", text=" ", **at("JS", "2027")).status_code == 422
    assert post(company, "boss", draft, "say", text="长" * 501, **at("JS", "2027")).status_code == 422
    assert CellComment.objects.count() == 1
