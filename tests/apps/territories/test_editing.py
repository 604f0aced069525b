"""Work on a draft by hand: what a selection would change, steps taken back and done again, locks, two editors."""

import random

import pytest
from django.urls import reverse

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors import standing as standings
from quyu.platform.audit.models import StaleSave
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def nothing_kept():
    standings._kept.clear()


@pytest.fixture
def draft(site):
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def step(site, draft, name, **options):
    draft.refresh_from_db()
    return getattr(services, name)(
        alignment=draft, expected_version=draft.version, actor=site.company.operations, at=TODAY, **options
    )


def move(site, draft, codes, territory):
    return step(site, draft, "move_units", units=[site.unit(code) for code in codes], territory=territory)


def places(draft):
    return dict(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", "territory__code"))


def ask(site, name, draft, codes, territory=""):
    sent = {"units": "\n".join(codes), "territory": territory}
    url = reverse("alignment-what-if", args=[draft.pk])
    return client_of(getattr(site.company, name)).post(url, sent)


@pytest.mark.capability("TER6")
def test_what_a_selection_would_change_is_what_it_then_changes(site, draft):
    codes = ["J12", "J22", "J23"]
    said = ask(site, "operations", draft, codes, "苏北").json()
    assert said["moved"] == 2
    assert said["selected"] == {"amount": 300_00, "customers": 6}
    assert said["warnings"] == []
    move(site, draft, codes, site.company.subei)
    loads = {load.territory.code: load for load in selectors.loads(draft, scope=everything(), at=TODAY)}
    for row in said["territories"]:
        amount, customers = row["measures"]
        load = loads[row["code"]]
        assert amount["after"]["value"] == load.amount_fen
        assert amount["after"]["deviation_bp"] == load.deviation_bp
        assert amount["after"]["word"] == str(selectors.load_row(load)["word"])
        assert customers["after"]["value"] == load.customers
        assert customers["after"]["deviation_bp"] == load.deviations_bp["customers"]
        assert customers["after"]["balance"] == selectors.load_row(load)["measures"]["customers"]["balance"]
        assert row["units"][1] == load.unit_count
    again = ask(site, "operations", draft, codes).json()
    assert [r["measures"][0]["before"]["value"] for r in again["territories"]] == [loads["苏北"].amount_fen]


@pytest.mark.capability("TER5", "TER6")
def test_each_measure_is_judged_by_its_own_tolerance(site, draft):
    draft.method = {
        "per_org_unit": True,
        "criteria": [
            {"measure": "amount", "tolerance_bp": 100},
            {"measure": "customers", "tolerance_bp": 9_000},
        ],
        "tolerance_bp": 100,
    }
    draft.save()
    said = ask(site, "operations", draft, ["J12"], "苏北").json()
    rows = selectors.loads(draft, scope=everything(), at=TODAY)
    table = {load.territory.code: selectors.load_row(load)["measures"] for load in rows}
    for row in said["territories"]:
        amount, customers = row["measures"][:2]
        assert (amount["tolerance_bp"], customers["tolerance_bp"]) == (100, 9_000)
        assert amount["before"]["balance"] in ("heavy", "light")
        assert 100 < abs(customers["after"]["deviation_bp"]) < 9_000
        assert customers["after"]["balance"] == "ok"
        for measure in (amount, customers):
            known = table[row["code"]][measure["measure"]]
            assert known["balance"] == measure["before"]["balance"]
            assert known["tolerance_bp"] == measure["tolerance_bp"]


def test_a_selection_that_tears_a_territory_apart_is_said_before_it_is_moved(site, draft):
    assert ask(site, "boss", draft, ["J11"], "苏北").json()["warnings"] == ["苏北：所选单元与它不相连。"]
    split = ask(site, "boss", draft, ["J21", "J22"], "苏北").json()
    assert split["warnings"] == ["苏南：会分成不相连的 2 块。"]
    assert {row["code"]: row["pieces"] for row in split["territories"]} == {"苏北": [1, 1], "苏南": [1, 2]}
    assert [row["code"] for row in split["near"]] == ["苏南", "苏北"]
    everything_here = [code for code, side in places(draft).items() if side == "苏南"]
    assert ask(site, "boss", draft, everything_here, "苏北").json()["warnings"] == ["苏南：不再有任何单元。"]


def test_a_selection_holds_only_what_is_in_reach(site, draft):
    assert ask(site, "boss", draft, ["J12", "G11"], "苏北").status_code == 404
    assert ask(site, "boss", draft, ["J12"], "粤东").status_code == 404
    assert ask(site, "boss", draft, [], "苏北").status_code == 404
    assert ask(site, "owner", draft, ["J12"], "苏北").status_code == 403
    url = reverse("alignment-move", args=[draft.pk])
    sent = {"units": "J12\nG11", "territory": "苏北", "version": draft.version}
    assert client_of(site.company.boss).post(url, sent, **JSON).status_code == 404
    assert places(draft)["J12"] == "苏南"


def test_many_units_go_in_one_step_and_come_back_in_one(site, draft):
    before = places(draft)
    finer = BasicUnit.objects.create(code="J121", name="镇", level="county", parent_code="J12")
    AlignmentUnit.objects.create(alignment=draft, unit=finer, territory=site.company.sunan, part="finer")
    move(site, draft, ["J11", "J12", "J21"], site.company.subei)
    assert places(draft) == {**before, **dict.fromkeys(["J11", "J12", "J21", "J121"], "苏北")}
    step(site, draft, "undo")
    assert places(draft) == {**before, "J121": "苏南"}
    step(site, draft, "redo")
    assert places(draft)["J121"] == "苏北"
    assert list(draft.edits.values_list("kind", flat=True)) == ["move", "undo", "redo"]
    with pytest.raises(services.NothingToRedo):
        step(site, draft, "redo")


def test_any_way_there_and_back_ends_where_it_began(site, draft):
    choose, sides = random.Random(5), [site.company.sunan, site.company.subei]
    states = [(places(draft), selectors.locked(draft))]
    for _ in range(12):
        own, whole = selectors.locked(draft)
        code, side = choose.choice(["J11", "J12", "J22", "J33", "J34"]), choose.choice(sides)
        if choose.random() < 0.5:
            is_locked = site.unit(code).pk not in own
            step(site, draft, "set_locks", units=[site.unit(code)], is_locked=is_locked)
        elif site.unit(code).pk not in own and places(draft)[code] != side.code and not whole:
            move(site, draft, [code], side)
        else:
            continue
        states.append((places(draft), selectors.locked(draft)))
        kept = selectors.standing_of(draft)
        read = standings._read(draft)
        assert kept.place.tolist() == read.place.tolist()
    for state in reversed(states[:-1]):
        step(site, draft, "undo")
        assert (places(draft), selectors.locked(draft)) == state
    for state in states[1:]:
        step(site, draft, "redo")
        assert (places(draft), selectors.locked(draft)) == state


def test_a_new_step_ends_what_could_be_done_again(site, draft):
    move(site, draft, ["J12"], site.company.subei)
    step(site, draft, "undo")
    move(site, draft, ["J22"], site.company.subei)
    with pytest.raises(services.NothingToRedo):
        step(site, draft, "redo")


@pytest.mark.capability("TER6")
def test_what_is_locked_stays(site, draft):
    company = site.company
    step(site, draft, "set_locks", units=[site.unit("J12")], is_locked=True)
    with pytest.raises(services.Locked, match="J12县"):
        move(site, draft, ["J12", "J22"], company.subei)
    assert ask(site, "boss", draft, ["J12"], "苏北").json()["warnings"] == ["所选单元里有 1 个已锁定。"]
    step(site, draft, "set_locks", units=[site.unit("J12")], is_locked=False)
    step(site, draft, "set_locks", territories=[company.subei], is_locked=True)
    with pytest.raises(services.Locked, match="苏北"):
        move(site, draft, ["J12"], company.subei)
    with pytest.raises(services.Locked, match="苏北"):
        move(site, draft, ["J13"], company.sunan)
    copy = services.create_draft(based_on=draft, name="又一份", actor=None, at=TODAY)
    assert selectors.locked(copy) == (frozenset(), frozenset({company.subei.pk}))
    step(site, draft, "undo")
    move(site, draft, ["J13"], company.sunan)
    assert places(draft)["J13"] == "苏南"


def test_the_second_editor_is_refused_and_told_what_the_first_did(site, draft):
    url = reverse("alignment-move", args=[draft.pk])
    sent = {"unit": "J12", "territory": "苏北", "version": draft.version}
    assert client_of(site.company.operations).post(url, sent, **JSON).status_code == 200
    second = client_of(site.company.boss).post(url, {**sent, "unit": "J22"}, **JSON)
    assert second.status_code == 409
    assert "J12县" in second.json()["message"]
    assert "苏北" in second.json()["message"]
    assert second.json()["version"] == draft.version + 1
    assert places(draft)["J22"] == "苏南"
    with pytest.raises(StaleSave):
        services.undo(alignment=draft, expected_version=draft.version, actor=None, at=TODAY)


def test_what_others_did_out_of_reach_is_not_told(site, draft):
    seen = draft.version
    step(site, draft, "set_locks", units=[site.unit("G11")], is_locked=True)
    sent = {"unit": "J12", "territory": "苏北", "version": seen}
    second = client_of(site.company.boss).post(reverse("alignment-move", args=[draft.pk]), sent, **JSON)
    assert second.status_code == 409
    assert "G11" not in second.json()["message"]
    for name in ("undo", "redo"):
        url, version = (
            reverse(f"alignment-{name}", args=[draft.pk]),
            Alignment.objects.get(pk=draft.pk).version,
        )
        assert client_of(site.company.boss).post(url, {"version": version}, **JSON).status_code == 404
        assert client_of(site.company.operations).post(url, {"version": version}, **JSON).status_code == 200


def test_the_map_is_told_where_everything_is_after_a_step(site, draft):
    client, url = client_of(site.company.boss), reverse("alignment-move", args=[draft.pk])
    said = client.post(
        url, {"units": "J12\nJ22", "territory": "苏北", "version": draft.version}, **JSON
    ).json()
    assert said["places"] == {"J12": "苏北", "J22": "苏北"}
    assert {row["code"]: row["customers"] for row in said["territories"]} == {"苏南": 10, "苏北": 16}
    assert (said["can_undo"], said["can_redo"]) == (True, False)
    url = reverse("alignment-lock", args=[draft.pk])
    said = client.post(url, {"unit": "J12", "locked": "1", "version": said["version"]}, **JSON).json()
    assert said["locked_units"] == ["J12"]
    said = client.post(url, {"territory": "苏南", "version": said["version"]}, **JSON).json()
    assert said["locked_territories"] == ["苏南"]
    said = client.post(url, {"unit": "J12", "locked": "0", "version": said["version"]}, **JSON).json()
    assert said["locked_units"] == []
