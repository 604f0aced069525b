"""The pages of subject requests: who may, what they do, and that nothing happens by a slip."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse

from quyu.platform.audit.models import Decision
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Person
from tests import factories
from tests.people import START, Company, client_of


@pytest.fixture
def leaver(company: Company) -> Person:
    return Person.objects.create(code="E-9", name="赵六六", phone="13900000009", left_on=START)


def asked(code: str, again: str | None = None, kind: str = "person") -> dict[str, str]:
    form = {"kind": kind, "code": code, "reason": "本人要求"}
    if again is None:
        return form
    return {f"erase-{name}": value for name, value in {**form, "again": again}.items()}


@pytest.mark.capability("PLT7", "ORG4")
def test_only_those_with_the_right_over_the_whole_company_come_in(company: Company, leaver: Person) -> None:
    regional = factories.user("regional")
    factories.grant(regional, Role.HUMAN_RESOURCES, company.jiangsu, valid_from=START)
    for user in (company.boss, company.auditor, company.admin, company.stranger):
        assert client_of(user).get(reverse("subjects")).status_code == 403
        assert client_of(user).post(reverse("subjects-export"), asked("E-9")).status_code == 403
        assert client_of(user).post(reverse("subjects-erase"), asked("E-9", "E-9")).status_code == 403
    assert client_of(regional).get(reverse("subjects")).status_code == 404
    assert client_of(regional).post(reverse("subjects-export"), asked("E-9")).status_code == 404
    assert Person.objects.filter(name="赵六六").exists()


def test_the_page_shows_the_register(company: Company) -> None:
    page = client_of(company.operations).get(reverse("subjects")).content.decode()

    assert "人员：电话" in page
    assert "people.Person.phone" in page
    assert "履行劳动合同" in page


@pytest.mark.capability("PLT7")
def test_an_export_is_a_zip_and_on_record(company: Company, leaver: Person) -> None:
    answer = client_of(company.operations).post(reverse("subjects-export"), asked("E-9"))

    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as packed:
        assert json.loads(packed.read("personal.json"))["subject"] == {"kind": "person", "code": "E-9"}
    assert answer.headers["Cache-Control"].count("no-store") == 1
    assert Decision.objects.get(verb="personal.export").actor == company.operations


@pytest.mark.capability("PLT7")
def test_an_erasure_needs_the_code_twice(
    company: Company, leaver: Person, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(company.operations)
    slip = client.post(reverse("subjects-erase"), asked("E-9", "E-8"))
    assert "两次写的编号不同" in slip.content.decode()
    assert Person.objects.filter(name="赵六六").exists()

    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(reverse("subjects-erase"), asked("E-9", "E-9"), follow=True)

    assert "合计不变" in done.content.decode()
    assert not Person.objects.filter(name="赵六六").exists()
    assert Decision.objects.get(verb="personal.erase").actor == company.operations


def test_a_code_of_nobody_says_so_and_personnel_has_no_customers(company: Company) -> None:
    personnel = factories.user("personnel")
    factories.grant(personnel, Role.HUMAN_RESOURCES, company.head_office, valid_from=START)
    client = client_of(personnel)

    unknown = client.post(reverse("subjects-export"), asked("X"), follow=True).content.decode()

    assert "没有编号为 X 的人员或客户" in unknown
    assert client.post(reverse("subjects-export"), asked("C1", kind="customer")).status_code == 404
    assert client.get(reverse("subjects-export")).status_code == 405
