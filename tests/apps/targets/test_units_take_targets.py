"""Units that go to another territory take their share of its target with them, cut by days, exact to the fen."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.selectors.effects import left_of
from quyu.apps.targets.selectors.flows import followed
from quyu.apps.targets.selectors.following import cut, shares_of
from quyu.apps.territories import selectors as territories
from quyu.apps.territories import services
from quyu.apps.territories.effects import Flow, effect_of
from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.flows import streams_between
from quyu.platform.people.scope import everything
from tests.apps.targets.plans import make_plan, publish
from tests.apps.territories.conftest import Site, site  # noqa: F401
from tests.people import TODAY, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("TER9")]
FROM = date(2027, 3, 16)


def draft_with(where: Site, moves: dict[str, str], name: str = "草案") -> Alignment:
    """A draft of the alignment in force with these units elsewhere, made as a person makes it."""
    company = where.company
    draft = services.create_draft(based_on=where.active, name=name, actor=company.operations, at=TODAY)
    for code, side in moves.items():
        draft.refresh_from_db()
        services.move_units(
            alignment=draft, units=[where.unit(code)], territory=getattr(company, side), expected_version=draft.version,
            actor=company.operations, at=TODAY,
        )  # fmt: skip
    draft.refresh_from_db()
    return draft


def flows_of(draft: Alignment, against: Alignment, on: date = FROM) -> list[Flow]:
    reading = territories.read(draft, scope=everything(), at=TODAY)
    return [stream.on(on) for stream in streams_between(reading, against)]


def test_a_unit_takes_the_share_it_brought_of_the_days_left(site: Site) -> None:  # noqa: F811
    version = publish(site.company, make_plan(site.company))
    draft = draft_with(site, {"J11": "subei"})
    [flow] = flows_of(draft, site.active)
    assert (flow.part, flow.whole) == (300_00, 300_00 + 5 * 100_00 + 50_00)
    effect = effect_of([flow], on=FROM, today=TODAY)
    assert effect is not None
    axes = Axes.from_json(version.axes)
    cells = store.load_shaped(version, axes.shape)
    months = [
        int(cells[axes.block(Node(f"T:{site.company.sunan.code}", f"2027-{m:02d}"))].sum())
        for m in range(1, 13)
    ]
    exact = (Fraction(months[2] * 16, 31) + sum(months[3:])) * Fraction(flow.part, flow.whole)
    change = effect.changes[site.company.sunan.code]
    assert change.delta < 0
    assert abs(-change.delta - exact) < 11  # each of ten months within a fen
    assert effect.sums.delta == 0
    assert set(effect.changes) == {site.company.sunan.code, site.company.subei.code}


def test_no_published_plan_no_effect(site: Site) -> None:  # noqa: F811
    make_plan(site.company)
    draft = draft_with(site, {"J11": "subei"})
    assert effect_of(flows_of(draft, site.active), on=FROM, today=TODAY) is None


def test_two_drafts_stand_beside_the_one_in_force_with_targets_that_would_change(site: Site) -> None:  # noqa: F811
    publish(site.company, make_plan(site.company))
    one, two = (
        draft_with(site, {"J11": "subei"}, "方案甲"),
        draft_with(site, {"J23": "sunan", "J33": "sunan"}, "方案乙"),
    )
    client = client_of(site.company.operations)
    listed = client.get(reverse("alignments")).content.decode()
    assert 'form="compare-form"' in listed
    ticked = client.get(reverse("alignment-compare"), {"pk": [site.active.pk, one.pk, two.pk]}, follow=True)
    assert ticked.redirect_chain[0][0].endswith(f"?a={site.active.pk}&b={one.pk}&c={two.pk}")
    page = client.get(
        reverse("alignment-compare"), {"a": site.active.pk, "b": one.pk, "c": two.pk, "day": "2027-03-16"}
    ).content.decode()
    assert page.count("data-compare-map") == 3
    assert "J11县" in page
    assert "J23县" in page
    assert page.count("调整前后目标合计一分不差") == 2
    effect = effect_of(flows_of(one, site.active), on=FROM, today=TODAY)
    assert effect is not None
    assert f"{abs(effect.changes[site.company.sunan.code].delta) / 1_000_000:,.2f}" in page


@pytest.mark.parametrize("asked", [{}, {"a": "x"}, {"pk": ["1"]}, {"pk": ["1", "2", "3", "4"]}])
def test_fewer_than_two_or_more_than_three_are_asked_for_again(site: Site, asked: dict[str, object]) -> None:  # noqa: F811
    found = client_of(site.company.operations).get(reverse("alignment-compare"), asked)
    assert found.status_code in (302, 404)


def test_a_bad_day_is_named_and_the_page_still_shows(site: Site) -> None:  # noqa: F811
    draft = draft_with(site, {"J11": "subei"})
    asked = {"a": site.active.pk, "b": draft.pk, "day": "明天"}
    page = client_of(site.company.operations).get(reverse("alignment-compare"), asked).content.decode()
    assert "明天" in page


def test_a_manager_compares_only_what_lies_within_reach(site: Site) -> None:  # noqa: F811
    publish(site.company, make_plan(site.company))
    draft = draft_with(site, {"J11": "subei", "G11": "sunan"})
    asked = {"a": site.active.pk, "b": draft.pk, "day": "2027-03-16"}
    page = client_of(site.company.neighbour).get(reverse("alignment-compare"), asked).content.decode()
    assert "G11县" in page
    assert "J11县" not in page
    assert "合计不是全部" in page


@settings(deadline=None, max_examples=60)
@given(
    st.integers(-(10**12), 10**12),
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC"), st.integers(0, 400), st.integers(1, 400)),
        max_size=4,
    ),
)
def test_parts_of_a_month_always_sum_to_it(value: int, asked: list[tuple[str, str, int, int]]) -> None:
    weights = {
        f"{source}{target}{n}": Fraction(part, whole) for n, (source, target, part, whole) in enumerate(asked)
    }
    parts = cut(value, weights)
    assert sum(parts.values()) == (value if any(weights.values()) else 0)


class Leaves:
    """As much of the axes of a version as shares ask for."""

    leaves: tuple[str, ...] = ("T:A", "T:B", "T:C")
    months: tuple[str, ...] = ()


def test_what_moved_on_moves_on_again_in_proportion() -> None:
    flows = [Flow(date(2027, 1, 1), "A", "B", 1, 2), Flow(date(2027, 7, 1), "B", "C", 1, 4)]
    shares = shares_of(Leaves(), flows)["T:A"]  # type: ignore[arg-type]
    assert [(share.holder, share.part) for share in shares if share.first == date(2027, 7, 1)] == [
        ("T:A", Fraction(1, 2)), ("T:B", Fraction(3, 8)), ("T:C", Fraction(1, 8)),
    ]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 999), min_size=8, max_size=8), st.integers(1, 31), st.integers(1, 90))
def test_a_change_foretold_is_the_change_read_later(values: list[int], day: int, part: int) -> None:
    """Whatever the values, the share and the day, also after shares moved earlier in the same month."""
    axes = Leaves()
    axes.leaves = ("T:A", "T:B")
    axes.months = ("2027-03", "2027-04")
    table, on = np.array(values, np.int64).reshape(2, 2, 2), date(2027, 3, day)
    known = [Flow(date(2027, 3, 9), "A", "B", 1, 3), Flow(date(2027, 2, 1), "B", "C", 1, 7)]
    flows = [*known, Flow(on, "A", "C", part, 91), Flow(on, "B", "A", 1, 3)]
    sides = [[flow for flow in known if flow.on < on], sorted(flows, key=lambda flow: flow.on)]
    before, after = left_of(axes, table, tuple(shares_of(axes, one) for one in sides), on)  # type: ignore[arg-type]
    was, later = (followed(axes, table, one) for one in sides)  # type: ignore[arg-type]
    for holder in {*was, *later}:
        moved = sum(
            int(sums[holder].sum()) * sign for sums, sign in ((later, 1), (was, -1)) if holder in sums
        )
        assert after.get(holder, 0) - before.get(holder, 0) == moved
        assert min(before.get(holder, 0), after.get(holder, 0)) >= 0
