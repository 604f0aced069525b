"""What the tests of all objects share: every viewset in turn, and managers who may do everything in their region."""

from typing import Any

import pytest

from quyu.platform.people import policy
from quyu.platform.people.choices import Role
from quyu.platform.viewsets.viewset import REGISTRY, Viewset


@pytest.fixture(params=list(REGISTRY.values()), ids=lambda viewset: viewset.name)
def viewset(request: pytest.FixtureRequest) -> Viewset[Any]:
    return request.param


@pytest.fixture
def _bold_managers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Province managers with every right over every object: then only the scope stands in their way."""
    rights = dict.fromkeys(policy.RESOURCES, policy.KEEP)
    monkeypatch.setattr(policy, "POLICY", {**policy.POLICY, Role.PROVINCE_MANAGER: rights})
    monkeypatch.setattr(policy, "WRITABLE", {})
