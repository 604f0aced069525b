"""Migration 0007 taken back and forward again: every state of every version stays, byte for byte."""

from importlib import import_module

import pytest
from django.apps import apps

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import CellChunk, Operation, PlanVersion
from quyu.apps.targets.selectors.rebuilding import faults, rebuilt
from tests.apps.targets.plans import edit, make_plan
from tests.apps.targets.test_lattice import five
from tests.people import Company

patches = import_module("quyu.apps.targets.migrations.0007_patches")


def test_states_survive_the_way_back_and_forth(company: Company) -> None:
    version, user = make_plan(company), company.operations
    for number, region in enumerate(("EAST", "JS", "T:粤东")):
        edit(version, user, region, f"2027-{number + 1:02d}", 10**9 + number)
    version = PlanVersion.objects.get(pk=version.pk)
    axes, cells = version.axes, store.load(version)
    states = {n: store.digest(rebuilt(version, upto=n)) for n in range(1, 5)}

    patches.backwards(apps, None)
    version.refresh_from_db()
    assert set(version.axes) >= {"regions", "months", "product_lines", "owners"}
    assert {bytes(blob)[0] for blob in CellChunk.objects.values_list("blob", flat=True)} == {0x78}
    old = store.load(version)
    assert (old == cells).all(), "cells stored before are read as they are"
    for row in Operation.objects.filter(plan_version=version).order_by("-sequence"):
        assert store.digest(old) == states[row.sequence]
        old = patches.before_replaced(old, bytes(row.patch))
    assert not old.any()

    patches.forwards(apps, None)
    assert faults(version) == []
    assert {n: store.digest(rebuilt(version, upto=n)) for n in range(1, 5)} == states
    assert Axes.from_json(version.axes).regions == Axes.from_json(axes).regions
    assert Axes.from_json(version.axes).to_json() == axes


def test_further_dimensions_stop_the_way_back(company: Company) -> None:
    version = make_plan(company)
    PlanVersion.objects.filter(pk=version.pk).update(axes=five().to_json())
    with pytest.raises(patches.NotOfThree):
        patches.backwards(apps, None)
