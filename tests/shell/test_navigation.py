"""The menu shows what exists and what the role may view; nothing else."""

import pytest
from django.test import RequestFactory

from quyu.platform.people.choices import Role
from quyu.platform.people.models import RoleGrant, User
from quyu.shell import navigation
from tests import factories
from tests.people import START, TODAY, Company


def labels(rf: RequestFactory, user: User, path: str = "/") -> dict[str, bool]:
    request = rf.get(path)
    request.user = user
    request.today = TODAY  # type: ignore[attr-defined]
    groups = navigation.groups_for(request)
    return {str(entry.label): entry.is_active for group in groups for entry in group.entries}


@pytest.mark.capability("PLT5")
def test_a_stranger_sees_the_home_page_only(rf: RequestFactory, company: Company) -> None:
    assert list(labels(rf, company.stranger)) == ["首页"]


def test_each_role_sees_its_own_part(rf: RequestFactory, company: Company) -> None:
    everything = set(labels(rf, company.operations)) | set(labels(rf, company.admin))

    assert "账号" not in labels(rf, company.operations)
    assert "目标" not in labels(rf, company.admin)
    assert set(labels(rf, company.owner)) < everything


def test_one_entry_is_active(rf: RequestFactory, company: Company) -> None:
    seen = labels(rf, company.director, "/")

    assert [label for label, is_active in seen.items() if is_active] == ["首页"]


def test_a_page_that_does_not_exist_has_no_address() -> None:
    assert navigation.url_of("no-such-page") == ""


def test_a_page_about_the_whole_company_is_not_offered_to_who_answers_for_a_part(
    rf: RequestFactory, company: Company
) -> None:
    regional, central = factories.user("regional"), factories.user("central")
    for user, unit in ((regional, company.east), (central, company.head_office)):
        RoleGrant.objects.create(user=user, role=Role.HUMAN_RESOURCES, org_unit=unit, valid_from=START)

    assert "人员" in labels(rf, regional)
    assert "个人信息请求" not in labels(rf, regional)
    assert "个人信息请求" in labels(rf, central)
    assert "关账" in labels(rf, company.operations)
