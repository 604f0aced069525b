"""People for territories: the proposal with reasons, changes by hand, and owners written all or none."""

import re
from datetime import date, timedelta

import pytest

from quyu.apps.territories import services
from quyu.apps.territories.models import Ability, Alignment, Territory, TerritoryOwner
from quyu.apps.territories.staffing.abilities import AbilityThere, set_ability
from quyu.apps.territories.staffing.proposing import question_of, solved
from quyu.platform.audit.models import StaleSave
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Position
from tests import factories
from tests.apps.territories.conftest import Site
from tests.people import START, TODAY, client_of

SAID = {"percent": 80, "part": 100, "grade": "junior", "skills": "冷链、英语", "products": "", "home": None}


def ability(site: Site, name: str, **said: object) -> Ability:
    return Ability.objects.create(person=site.company.person(name), valid_from=START, **said)


def page(site: Site, name: str = "operations", query: str = "", alignment: Alignment | None = None) -> str:
    pk = (alignment or site.active).pk
    unit = f"?unit={site.company.jiangsu.pk}{query}"
    return (
        client_of(getattr(site.company, name))
        .get(f"/territories/alignments/{pk}/people/{unit}")
        .content.decode()
    )


def sent(site: Site, shown: str, **pairs: Position) -> dict[str, str]:
    """The form of the page with these positions chosen."""
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    chosen = {f"who_{Territory.objects.get(name=name).pk}": str(seat.pk) for name, seat in pairs.items()}
    return {"unit": str(site.company.jiangsu.pk), "seen": seen[1], "valid_from": TODAY.isoformat(), **chosen}


def apply(site: Site, form: dict[str, str], name: str = "operations") -> int:
    url = f"/territories/alignments/{site.active.pk}/people/apply/"
    return client_of(getattr(site.company, name)).post(url, form).status_code


def owners(at: date = TODAY) -> dict[str, str]:
    rows = TerritoryOwner.objects.in_force(at).select_related("territory", "position")
    return {row.territory.name: row.position.code for row in rows}


@pytest.mark.capability("TER8")
def test_everybody_keeps_what_he_has_while_nothing_speaks_against_it(site: Site) -> None:
    shown = page(site)

    assert "owner（江苏业务员）" in shown
    assert shown.count("</svg>不变") == 2
    assert "100% 现在就由他负责" in shown


@pytest.mark.capability("TER8", "ORG9")
def test_homes_and_skills_move_people_and_the_page_says_why(site: Site) -> None:
    ability(site, "owner", home=site.unit("J14"))
    ability(site, "colleague", home=site.unit("J11"), skills="冷链")
    Territory.objects.filter(name="苏南").update(needed_skills="冷链")

    shown = page(site)

    assert shown.count("</svg>更换") == 2
    assert "需要：冷链" in shown
    assert "代价" in shown


def test_who_is_left_over_is_told_with_the_territory_he_wished_for(site: Site) -> None:
    spare = factories.position(
        site.company.jiangsu, Role.SALESPERSON, code="P-9", holder=factories.person("闲人")
    )

    shown = page(site)

    assert "没有安排的人" in shown
    assert f"{spare.name}" in shown
    assert "派给了" in shown


def test_a_locked_pair_is_kept_and_the_rest_follows(site: Site) -> None:
    sunan, colleague = site.company.sunan, site.company.position("colleague")

    shown = page(site, query=f"&who_{sunan.pk}={colleague.pk}&lock_{sunan.pk}=1")

    chosen = re.findall(r'<option value="(\d+)" selected>(\w+)（', shown)
    assert [name for _, name in chosen] == ["owner", "colleague"]
    assert shown.count(" checked") == 1


@pytest.mark.capability("TER8")
def test_two_people_swap_from_a_day_on(site: Site) -> None:
    form = sent(
        site, page(site), 苏南=site.company.position("colleague"), 苏北=site.company.position("owner")
    )

    assert apply(site, form) == 302

    assert owners() == {"苏南": "P-colleague", "苏北": "P-owner"}
    assert owners(TODAY - timedelta(days=1)) == {"苏南": "P-owner", "苏北": "P-colleague"}


def test_an_alignment_or_owner_changed_meanwhile_is_refused_and_nothing_is_written(site: Site) -> None:
    form = sent(
        site, page(site), 苏南=site.company.position("colleague"), 苏北=site.company.position("owner")
    )
    other = factories.position(
        site.company.jiangsu, Role.SALESPERSON, code="P-9", holder=factories.person("新人")
    )
    services.assign_owner(
        territory=site.company.subei, position=other, valid_from=TODAY, actor=None, at=TODAY
    )

    assert apply(site, form) == 302

    assert owners() == {"苏南": "P-owner", "苏北": "P-9"}


def test_one_of_two_that_cannot_be_written_takes_the_other_back(site: Site) -> None:
    """苏北 has another owner from next month on already."""
    later = TODAY + timedelta(days=30)
    services.assign_owner(
        territory=site.company.subei,
        position=site.company.position("boss"),
        valid_from=later,
        actor=None,
        at=TODAY,
    )
    form = sent(
        site, page(site), 苏南=site.company.position("colleague"), 苏北=site.company.position("owner")
    )
    before = list(TerritoryOwner.objects.order_by("pk").values_list("pk", "version", "valid_to"))

    apply(site, form)

    assert list(TerritoryOwner.objects.order_by("pk").values_list("pk", "version", "valid_to")) == before


def test_one_person_for_two_territories_is_refused(site: Site) -> None:
    owner = site.company.position("owner")

    apply(site, sent(site, page(site), 苏南=owner, 苏北=owner))

    assert owners() == {"苏南": "P-owner", "苏北": "P-colleague"}


def test_a_seat_out_of_reach_does_not_exist_and_only_operations_apply(site: Site) -> None:
    form = sent(
        site, page(site), 苏南=site.company.position("colleague"), 苏北=site.company.position("owner")
    )
    key = f"who_{site.company.sunan.pk}"

    assert apply(site, {**form, key: "999999"}) == 404
    assert apply(site, form, name="boss") == 403
    assert "苏南" in page(site, name="boss")
    assert "应用" not in page(site, name="boss")
    assert owners()["苏南"] == "P-owner"


def test_another_region_is_out_of_reach(site: Site) -> None:
    client = client_of(site.company.neighbour)
    url = f"/territories/alignments/{site.active.pk}/people/"

    assert client.get(f"{url}?unit={site.company.jiangsu.pk}").status_code == 404
    assert "苏南" not in client.get(url).content.decode()
    assert client_of(site.company.owner).get(url).status_code == 403


def test_years_in_one_territory_hint_at_rotation(site: Site) -> None:
    assert "可考虑轮岗" not in page(site)
    TerritoryOwner.objects.filter(territory=site.company.sunan).update(valid_from=date(2019, 1, 1))
    site.company.position("owner").assignments.update(valid_from=date(2019, 1, 1))

    assert "已满 7 年，可考虑轮岗" in page(site)


def test_a_draft_is_staffed_by_its_own_units(site: Site) -> None:
    draft = services.create_draft(based_on=site.active, name="草案", actor=None, at=TODAY)
    services.move_units(
        alignment=draft, units=[site.unit("J13"), site.unit("J23")], territory=site.company.sunan,
        expected_version=draft.version, actor=None, at=TODAY,
    )  # fmt: skip
    territories = [site.company.subei, site.company.sunan]
    question = question_of(draft, territories, [site.company.jiangsu.pk], TODAY)

    assert question is not None
    assert solved(question, {}).placements[1].kept < 1
    assert "这个方案还没有生效" in page(site, alignment=draft)


def test_abilities_are_dated_and_of_two_the_second_is_refused(site: Site) -> None:
    person = site.company.person("owner")
    kept = set_ability(person=person, valid_from=START, values=SAID, expected_version=0, actor=None, at=TODAY)
    set_ability(
        person=person,
        valid_from=TODAY,
        values={**SAID, "percent": 110},
        expected_version=0,
        actor=None,
        at=TODAY,
    )

    holding = Ability.objects.holding
    assert holding([person.pk], TODAY - timedelta(days=1))[person.pk].percent == 80
    assert holding([person.pk], TODAY)[person.pk].percent == 110
    assert kept.known == {"冷链", "英语"}
    with pytest.raises(AbilityThere):
        set_ability(person=person, valid_from=START, values=SAID, expected_version=0, actor=None, at=TODAY)
    with pytest.raises(StaleSave):
        set_ability(person=person, valid_from=START, values=SAID, expected_version=7, actor=None, at=TODAY)


def test_the_ability_page_keeps_a_home_by_name_and_names_wrong_numbers(site: Site) -> None:
    person = site.company.person("owner")
    client = client_of(site.company.operations)
    form = {"valid_from": "2026-06-15", "percent": "90", "part": "100", "grade": "senior", "home": "J11县"}

    assert client.post(f"/territories/abilities/{person.pk}/", {**form, "percent": "0"}).status_code == 200
    assert not Ability.objects.exists()
    assert client.post(f"/territories/abilities/{person.pk}/", {**form, "home": "没有县"}).status_code == 200
    assert client.post(f"/territories/abilities/{person.pk}/", form).status_code == 302
    assert Ability.objects.get().home == site.unit("J11")
    BasicUnit.objects.filter(code="J11").update(name="改名县")
    assert (
        client.post(f"/territories/abilities/{person.pk}/", {**form, "valid_from": "2026-06-16"}).status_code
        == 200
    )
    listed = client.get("/territories/abilities/").content.decode()
    assert "高级" in listed
    assert client_of(site.company.boss).get(f"/territories/abilities/{person.pk}/").status_code == 403
    assert "neighbour" not in client_of(site.company.boss).get("/territories/abilities/").content.decode()
