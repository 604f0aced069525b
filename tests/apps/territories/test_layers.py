"""What the map is coloured by: classes, legend, the most striking units, all within reach; and the levels above."""

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.territories import selectors, services, thematic
from quyu.apps.territories.models import AlignmentUnit
from quyu.apps.territories.selectors import Layer, layers
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything
from tests.people import TODAY, client_of


def read(site, name, user="operations", alignment=None):
    url = reverse("alignment-layer", args=[(alignment or site.active).pk, name])
    return client_of(getattr(site.company, user)).get(url)


def offered(**said):
    known = {
        "label": "增长",
        "kind": "growth",
        "grain": "unit",
        "right": ("actual", "view"),
        "exists": lambda _at: True,
    }
    return thematic.Offer(**known, **said)


@pytest.fixture
def growth():
    """J11 doubles, J12 halves; J22 sold nothing the year before; a town in J12 is counted with it."""
    offer = offered(
        id="try",
        make=lambda _scope, _at: thematic.Figures(
            {"J11": 200_00, "J12": 20_00, "J121": 5_00, "J22": 7_00, "G11": 3_00},
            {"J11": 100_00, "J12": 40_00, "J121": 10_00, "G11": 3_00},
        ),
    )
    thematic.register(offer)
    yield offer
    thematic._offers.pop("try")


@pytest.mark.capability("TER6")
def test_sales_come_in_classes_with_a_legend_in_chinese(site):
    said = read(site, "amount").json()
    assert said["label"] == "近 12 个月销售额"
    assert said["values"]["J11"] == [len(said["classes"]) - 1, "0.03 万元"]
    assert {row[0] for row in said["values"].values()} == set(range(len(said["classes"])))
    assert all("万元" in row["text"] for row in said["classes"])
    assert said["high"][0]["code"] == "J11"
    assert said["low"] == []


@pytest.mark.capability("TER6")
def test_growth_parts_at_no_change_and_names_the_largest_changes(site, growth):
    BasicUnit.objects.create(code="J121", name="镇", level="county", parent_code="J12")
    town = BasicUnit.objects.get(code="J121")
    AlignmentUnit.objects.create(alignment=site.active, unit=town, territory=site.company.sunan, part="finer")
    said = read(site, "try").json()
    assert {code: text for code, (_class, text) in said["values"].items()} == {
        "J11": "+100.00%（+0.01 万元）",
        "J12": "-50.00%（-0.00 万元）",
        "G11": "0.00%（+0.00 万元）",
    }
    assert [row["code"] for row in said["high"]] == ["J11"]
    assert [row["code"] for row in said["low"]] == ["J12"]
    colours = [row["colour"] for row in said["classes"]]
    assert said["values"]["J12"][0] < said["values"]["G11"][0] <= said["values"]["J11"][0]
    assert len(set(colours)) == len(colours)


def test_a_layer_ends_where_reach_ends_and_right_is_asked(site, growth):
    assert set(read(site, "amount", "owner").json()["values"]) <= {
        "J11",
        "J12",
        "J21",
        "J22",
        "J31",
        "J32",
        "JC",
    }
    assert set(read(site, "try", "neighbour").json()["values"]) == {"G11"}
    draft = services.create_draft(based_on=site.active, name="草案", actor=None, at=TODAY)
    assert read(site, "amount", "owner", draft).status_code == 404
    assert read(site, "nonsense").status_code == 404
    listed = client_of(site.company.operations).get(reverse("alignment-layers", args=[site.active.pk])).json()
    assert {"amount", "customers", "try"} <= {row["id"] for row in listed}


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(-(10**12), 10**12), max_size=60),
    st.sampled_from([None, 0, 10_000]),
)
@settings(deadline=None, max_examples=60)
def test_every_value_has_a_class_and_every_class_a_colour(values, middle):
    layer = Layer("x", "x", "fen", "unit", values, middle)
    assert len(layer.colours) == len(layer.limits) + 1 == len(set(layer.colours))
    assert list(layer.limits) == sorted(set(layer.limits))
    for value in values.values():
        index = layer.class_of(value)
        assert index == 0 or layer.limits[index - 1] <= value
        assert index == len(layer.limits) or value < layer.limits[index]
        if middle is not None:
            side = layer.colours.index(layer.colours[index]) > layer.limits.index(middle)
            assert side == (value >= middle)


def test_classes_are_found_once_for_all_units(monkeypatch):
    quantiles, asked = layers.quantiles, []
    monkeypatch.setattr(
        layers, "quantiles", lambda *said, **ends: asked.append(said) or quantiles(*said, **ends)
    )
    layer = Layer("x", "x", "fen", "unit", {str(value): value for value in range(50)})
    found = [layer.class_of(value) for value in range(50)]
    assert (found[0], found[-1], found) == (0, len(layer.limits), sorted(found))
    assert len(asked) == 1


@pytest.mark.capability("TER6")
def test_levels_above_tell_the_load_per_territory(site):
    url = reverse("alignment-tier", args=[site.active.pk, "province"])
    said = client_of(site.company.operations).get(url).json()
    assert {row["code"]: row["territories"] for row in said["groups"]} == {
        "JS": ["苏北", "苏南"],
        "GD": ["粤东"],
    }
    assert [f["properties"]["code"] for f in said["outlines"]["features"]] == ["GD", "JS"]
    assert said["table"].count("data-group") == 2
    assert [row["code"] for row in client_of(site.company.boss).get(url).json()["groups"]] == ["JS"]
    assert client_of(site.company.owner).get(url).json()["groups"] == []
    assert client_of(site.company.boss).get(url.replace("province", "team")).status_code == 404
    reading = selectors.read(site.active, scope=everything(), at=TODAY)
    loads = selectors.loads(site.active, scope=everything(), at=TODAY)
    rows = {
        row.org_unit.code: row
        for row in selectors.tier_loads(reading, loads, "province", scope=everything(), at=TODAY)
    }
    assert (rows["JS"].amount_fen, rows["JS"].per_territory) == (1450_00, 725_00)
    assert rows["GD"].deviation_bp < 0 < rows["JS"].deviation_bp
