"""Alignments side by side: what differs comes first, also where swapped units weigh the same."""

from django.urls import reverse

from quyu.apps.territories import services
from tests.people import TODAY, client_of


def test_territories_that_swapped_equal_units_differ_and_the_rest_waits_behind_a_click(site):
    draft = services.create_draft(based_on=site.active, name="对换", actor=None, at=TODAY)
    places = {site.unit("J12").pk: site.company.subei, site.unit("J13").pk: site.company.sunan}
    services.place_units(alignment=draft, places=places, expected_version=1, actor=None, at=TODAY)
    page = client_of(site.company.operations).get(
        reverse("alignment-compare"), {"a": site.active.pk, "b": draft.pk}
    )
    first, rest = page.text.split('id="compare-same"')
    rest = rest.split("</details>")[0]
    assert "2 个区域有变化，共 3 个" in first
    assert rest.count("<tr>") == 2  # the header and 粤东
    assert "粤东" in rest
    assert "苏南" not in rest


def test_what_is_balanced_is_compared_with_its_values(site):
    services.record_figures(measure="workload", values={"J11": 1_234, "J13": 600}, period_end=TODAY)
    draft = services.create_draft(based_on=site.active, name="同样", actor=None, at=TODAY)
    page = client_of(site.company.operations).get(
        reverse("alignment-compare"), {"a": site.active.pk, "b": draft.pk}
    )
    assert "拜访工作量（分钟）" in page.text
    assert "1,234" in page.text
    assert "没有差异" in page.text


def test_of_those_ticked_the_one_in_force_is_what_the_others_are_compared_with(site):
    older, newer = (
        services.create_draft(based_on=site.active, name=name, actor=None, at=TODAY) for name in ("甲", "乙")
    )
    ticked = {"pk": [newer.pk, older.pk, site.active.pk]}
    answer = client_of(site.company.operations).get(reverse("alignment-compare"), ticked)
    assert answer.url.endswith(f"?a={site.active.pk}&b={older.pk}&c={newer.pk}")
