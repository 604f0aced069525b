"""Moving units, filling and vacating seats, and reading the organisation as of a day."""

from datetime import date, timedelta

import pytest

from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.people import selectors, services
from quyu.platform.people.choices import Role
from quyu.platform.people.closure import CircularOrganisation
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person
from quyu.platform.people.scope import everything, scope_of
from tests import factories
from tests.people import TODAY, Company

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.capability("ORG1")
def test_a_moved_unit_stays_where_it_was_in_yesterdays_tree(company: Company) -> None:
    services.move_unit(
        unit=company.jiangsu, parent=company.south, valid_from=TODAY, actor=company.operations, at=TODAY
    )

    assert selectors.region_tree(at=YESTERDAY).parent("JS") == "EAST"
    assert selectors.region_tree(at=TODAY).parent("JS") == "SOUTH"
    assert company.jiangsu.pk in selectors.units_below([company.east.pk], YESTERDAY)
    assert company.jiangsu.pk not in selectors.units_below([company.east.pk], TODAY)
    assert Decision.objects.get(verb="move_unit").detail == {
        "from": "华东",
        "to": "华南",
        "valid_from": "2026-06-15",
    }


@pytest.mark.capability("ORG1")
@pytest.mark.parametrize(
    ("moved_on", "reaches"), [(TODAY, True), (TOMORROW, False)], ids=["today", "tomorrow"]
)
def test_rights_follow_the_tree_of_the_day(company: Company, moved_on: date, reaches: bool) -> None:
    factories.grant(company.stranger, Role.AREA_MANAGER, company.south)

    services.move_unit(unit=company.jiangsu, parent=company.south, valid_from=moved_on, actor=None, at=TODAY)

    assert (company.jiangsu.pk in scope_of(company.stranger, at=TODAY).org_unit_ids) is reaches


def test_a_move_keeps_the_later_move_already_planned(company: Company) -> None:
    services.move_unit(unit=company.jiangsu, parent=company.south, valid_from=TOMORROW, actor=None, at=TODAY)

    services.move_unit(
        unit=company.jiangsu, parent=company.head_office, valid_from=TODAY, actor=None, at=TODAY
    )

    links = OrgLink.objects.filter(unit=company.jiangsu).order_by("valid_from")
    assert [(link.parent.code, link.valid_to) for link in links] == [
        ("EAST", TODAY),
        ("HQ", TOMORROW),
        ("SOUTH", None),
    ]


def test_a_move_on_the_first_day_of_a_link_replaces_it(company: Company) -> None:
    services.move_unit(unit=company.jiangsu, parent=company.south, valid_from=TODAY, actor=None, at=TODAY)
    services.move_unit(
        unit=company.jiangsu, parent=company.head_office, valid_from=TODAY, actor=None, at=TODAY
    )

    assert selectors.region_tree(at=TODAY).parent("JS") == "HQ"


def test_a_unit_cannot_be_moved_below_itself(company: Company) -> None:
    with pytest.raises(CircularOrganisation):
        services.move_unit(unit=company.east, parent=company.jiangsu, valid_from=TODAY, actor=None, at=TODAY)

    assert selectors.region_tree(at=TODAY).parent("EAST") == "HQ"


def test_the_head_office_is_not_moved(company: Company) -> None:
    with pytest.raises(services.HeadOfficeStays):
        services.move_unit(
            unit=company.head_office, parent=company.east, valid_from=TODAY, actor=None, at=TODAY
        )


def test_units_outside_the_tree_are_left_out(company: Company) -> None:
    factories.org_unit("LOST")
    services.rebuild_closure()

    assert "LOST" not in selectors.region_tree(at=TODAY)


@pytest.mark.capability("ORG3")
@pytest.mark.parametrize(("start", "end"), [(TODAY, None), (date(2020, 1, 1), date(2024, 1, 2))])
def test_a_seat_has_one_holder_on_any_day(company: Company, start: date, end: date | None) -> None:
    newcomer = factories.person("newcomer", joined_on=date(2019, 1, 1))
    seat = company.position("boss")
    seat.valid_from = date(2019, 1, 1)
    seat.save()

    with pytest.raises(services.SeatTaken, match="boss"):
        services.assign(person=newcomer, position=seat, valid_from=start, valid_to=end, actor=None, at=TODAY)


@pytest.mark.capability("ORG3")
def test_the_next_holder_begins_on_the_day_the_last_one_ends(company: Company) -> None:
    seat, newcomer = company.position("boss"), factories.person("newcomer")
    sitting = Assignment.objects.get(position=seat)

    services.end_assignment(assignment=sitting, valid_to=TODAY, actor=company.operations, at=TODAY)
    services.assign(person=newcomer, position=seat, valid_from=TODAY, actor=company.operations, at=TODAY)

    assert selectors.holder_of([seat.pk], YESTERDAY)[seat.pk].name == "boss"
    assert selectors.holder_of([seat.pk], TODAY)[seat.pk].name == "newcomer"
    assert scope_of(company.boss, at=YESTERDAY).org_unit_ids
    assert not scope_of(company.boss, at=TODAY).org_unit_ids


def test_who_has_left_cannot_take_a_seat(company: Company) -> None:
    leaver = factories.person("leaver", left_on=TODAY)
    vacant = factories.position(company.zhejiang, Role.SUPERVISOR, code="P-new")

    with pytest.raises(services.NotEmployed):
        services.assign(person=leaver, position=vacant, valid_from=YESTERDAY, actor=None, at=TODAY)
    services.assign(
        person=leaver, position=vacant, valid_from=YESTERDAY, valid_to=TODAY, actor=None, at=TODAY
    )


@pytest.mark.capability("PLT7")
def test_nobody_takes_a_seat_by_himself(company: Company) -> None:
    seat = factories.position(company.head_office, Role.SYSTEM_ADMIN, code="P-admin")

    with pytest.raises(services.OwnSeat):
        services.assign(
            person=company.person("operations"),
            position=seat,
            valid_from=TODAY,
            actor=company.operations,
            at=TODAY,
        )


def test_a_seat_is_held_only_while_it_exists(company: Company) -> None:
    closed = factories.position(company.zhejiang, Role.SUPERVISOR, code="P-old", valid_to=TODAY)

    with pytest.raises(services.OutsidePosition):
        services.assign(
            person=factories.person("late"), position=closed, valid_from=TODAY, actor=None, at=TODAY
        )


def test_an_assignment_is_not_ended_before_it_began(company: Company) -> None:
    sitting = Assignment.objects.get(position=company.position("boss"))

    with pytest.raises(services.WrongEnd):
        services.end_assignment(assignment=sitting, valid_to=sitting.valid_from, actor=None, at=TODAY)


def test_ending_an_assignment_somebody_else_changed_is_refused(company: Company) -> None:
    sitting = Assignment.objects.get(position=company.position("boss"))
    services.end_assignment(assignment=sitting, valid_to=date(2027, 1, 1), actor=None, at=TODAY)

    with pytest.raises(StaleSave) as refusal:
        services.end_assignment(
            assignment=sitting, valid_to=date(2026, 12, 1), actor=None, at=TODAY, expected_version=1
        )

    assert (refusal.value.numbers["mine"], refusal.value.numbers["theirs"]) == ("2026-12-01", "2027-01-01")


def test_leaving_vacates_every_seat(company: Company) -> None:
    leaver = company.person("owner")

    services.leave(person=leaver, left_on=TODAY, actor=company.operations, at=TODAY)

    assert selectors.holder_of([company.sunan.owners.get().position_id], TODAY) == {}
    assert Person.objects.get(pk=leaver.pk).left_on == TODAY
    assert Decision.objects.filter(verb__in=["leave", "end_assignment"]).count() == 2


def test_org_tree_shows_seats_holders_and_vacancies(company: Company) -> None:
    (root,) = selectors.org_tree(TODAY, everything())

    east = root.children[0]
    assert (root.unit.code, east.unit.code) == ("HQ", "EAST")
    assert [node.unit.code for node in east.children] == ["JS", "ZJ"]
    assert (root.seat_count, root.vacancy_count) == (8, 2)


@pytest.mark.capability("ORG1")
def test_org_tree_shows_new_units_to_be_placed_and_hides_closed_ones(company: Company) -> None:
    factories.org_unit("NEW", "新团队")
    factories.org_unit("OLD", parent=company.east)
    OrgLink.objects.filter(unit__code__in=["OLD", "SOUTH"]).update(valid_to=TODAY)

    codes = [node.unit.code for node in selectors.org_tree(TODAY, everything())]

    assert codes == ["HQ", "NEW", "SOUTH"], "SOUTH is closed, but 广东 still hangs below it"


def test_org_tree_of_a_manager_begins_at_his_units(company: Company) -> None:
    (root,) = selectors.org_tree(TODAY, scope_of(company.boss, at=TODAY))

    assert root.unit == company.jiangsu
    assert [seat.holder.name for seat in root.seats if seat.holder] == ["boss", "colleague", "owner"]


def test_movements_tell_who_came_and_went(company: Company) -> None:
    services.leave(person=company.person("owner"), left_on=TODAY, actor=None, at=TODAY)

    (movement,) = selectors.movements(scope_of(company.boss, at=TODAY), at=TODAY)

    assert (movement.person.name, movement.on, movement.has_joined) == ("owner", TODAY, False)
    assert selectors.movements(scope_of(company.neighbour, at=TODAY), at=TODAY) == []


def test_deciders_are_those_with_the_right_above_the_unit(company: Company) -> None:
    deciders = selectors.users_with("approval", "approve", org_unit=company.jiangsu, at=TODAY)

    assert {user.username for user in deciders} == {"boss", "director", "operations"}


def test_the_tree_needs_a_head_office(db: None) -> None:
    with pytest.raises(selectors.NoHeadOffice):
        selectors.region_tree(at=TODAY)


def test_org_tree_takes_the_same_queries_for_any_size(company: Company, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(3):
        selectors.org_tree(TODAY, everything())
    for number in range(10):
        unit = factories.org_unit(f"T{number}", parent=company.east)
        factories.position(unit, Role.SUPERVISOR, code=f"PT{number}", holder=factories.person(f"n{number}"))
    services.rebuild_closure()

    with django_assert_num_queries(3):
        selectors.org_tree(TODAY, everything())
    assert OrgUnit.objects.count() == 16
