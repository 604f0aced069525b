"""States close actions and sight: what is no draft does not change; who only carries targets out sees no draft."""

import pytest
from django.urls import reverse

from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import PlanVersion
from quyu.platform.people import policy
from tests.apps.targets.plans import make_plan
from tests.apps.targets.test_pages import patch
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("PLT7")]


@pytest.mark.parametrize("state", list(VersionState))
def test_cells_change_in_the_states_of_the_table_only(company: Company, state: VersionState) -> None:
    version = make_plan(company)
    PlanVersion.objects.filter(pk=version.pk).update(state=state)
    before = PlanVersion.objects.get(pk=version.pk).total_fen

    answer = patch(company, "operations", version, value="+1%")

    is_open = state in policy.STATES["target", "edit"]
    assert answer.status_code == (200 if is_open else 422)
    assert (PlanVersion.objects.get(pk=version.pk).total_fen != before) is is_open


@pytest.mark.parametrize("state", list(VersionState))
@pytest.mark.parametrize("name", ["owner", "boss", "auditor"])
def test_who_sees_a_version_in_which_state(company: Company, state: VersionState, name: str) -> None:
    version = make_plan(company)
    PlanVersion.objects.filter(pk=version.pk).update(state=state)
    client = client_of(getattr(company, name))

    seen = client.get(reverse("target-version", args=[version.pk])).status_code
    listed = f"/targets/{version.pk}/" in client.get(reverse("targets")).content.decode()

    is_seen = name != "owner" or state in ("scheduled", "published", "superseded")
    assert seen == (200 if is_seen else 404)
    assert listed is is_seen


@pytest.mark.parametrize("state", [s for s in VersionState if s != VersionState.APPROVED])
def test_only_what_is_approved_is_published(company: Company, state: VersionState) -> None:
    version = make_plan(company)
    PlanVersion.objects.filter(pk=version.pk).update(state=state)

    client_of(company.operations).post(reverse("target-publish", args=[version.pk]))

    assert PlanVersion.objects.get(pk=version.pk).state == state


def test_the_table_closes_an_action_for_everybody(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services read the table: what it says is what happens."""
    version = make_plan(company)
    monkeypatch.setitem(policy.STATES, ("target", "edit"), frozenset({"approved"}))  # type: ignore[arg-type]

    answer = patch(company, "operations", version, value="+1%")

    assert answer.status_code == 422
