"""Operations, commands, jobs and files say under which right they stand, or the site does not start."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.core.checks import run_checks
from django.http import FileResponse, HttpRequest
from django.test import Client
from django_tasks import task
from ninja import NinjaAPI, Router

from quyu.platform.jobs.services import RightGone, enqueue, require_right
from quyu.platform.people import declarations, guard
from quyu.platform.people.choices import Role
from quyu.platform.people.declarations import MACHINE, declares, is_right
from quyu.platform.people.models import RoleGrant
from quyu.shell import api, checks
from quyu.shell.cli.main import COMMANDS
from tests import factories
from tests.people import TODAY, Company, client_of

pytestmark = pytest.mark.capability("PLT7")


@task()
def nobody_declared() -> None:
    """A job without a right."""


def give_file(request: HttpRequest) -> FileResponse:
    """A file without a right."""
    return FileResponse()


def identifiers() -> set[str]:
    return {str(error.id) for error in run_checks()}


@pytest.fixture
def strange(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Put something into a module of ours."""

    def put(thing: Any) -> None:
        module = ModuleType("quyu.apps.strange")
        function = getattr(thing, "func", thing)
        monkeypatch.setattr(function, "__module__", module.__name__)
        module.thing = thing  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return put


def test_the_site_declares_everything() -> None:
    assert not {name for name in identifiers() if name.startswith("quyu.")}
    assert len(COMMANDS) > 10
    assert len(list(declarations.modules())) > 100


def test_a_job_that_declares_nothing_neither_starts_nor_runs(strange: Callable[[object], None]) -> None:
    strange(nobody_declared)

    assert "quyu.E004" in identifiers()
    with pytest.raises(ValueError, match="declares no permission"):
        enqueue(nobody_declared)  # type: ignore[arg-type]


def test_a_file_that_declares_nothing_does_not_start(strange: Callable[[object], None]) -> None:
    strange(give_file)
    assert "quyu.E005" in identifiers()

    strange(guard.exports("customer")(give_file))
    assert "quyu.E005" not in identifiers()


def test_an_operation_that_declares_nothing_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    router, open_api = Router(), NinjaAPI(urls_namespace="strange")
    router.get("/leak")(lambda request: {})
    open_api.add_router("/x", router)
    monkeypatch.setattr(api, "api", open_api)

    (error,) = checks.undeclared_operations()
    assert "GET" in error.msg


def test_a_command_under_an_unknown_right_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = type("Entry", (), {"right": ("target", "fly")})()
    monkeypatch.setitem(COMMANDS, "fly", strange)

    assert "quyu.E003" in identifiers()


@pytest.mark.parametrize("right", [("target", "fly"), ("nothing", "view"), ("target",), None, "target"])
def test_only_rights_of_the_table_are_rights(right: object) -> None:
    assert not is_right(right)
    assert is_right(MACHINE)


@pytest.mark.parametrize(("resource", "action"), [("target", "fly"), ("nothing", "view")])
def test_unknown_rights_are_refused_where_they_are_written(resource: str, action: str) -> None:
    for decorator in (declares, guard.operation, guard.require):
        with pytest.raises(ValueError, match="unknown permission"):
            decorator(resource, action)
    with pytest.raises(ValueError, match="unknown permission"):
        guard.exports("nothing")


def test_every_operation_of_the_api_asks_for_its_right(company: Company, client: Client) -> None:
    """An account without roles is refused at every operation of the document."""
    document = api.api.get_openapi_schema()
    stranger, tried = client_of(company.stranger), 0

    for path, operations in document["paths"].items():
        for method in operations:
            address = path.replace("{pk}", "1").replace("{int:pk}", "1")
            answer = stranger.generic(method.upper(), address, "{}", content_type="application/json")
            assert answer.status_code == 403, (method, path)
            tried += 1
    assert tried > 40


def test_a_job_asks_again_for_the_right_of_who_started_it(company: Company) -> None:
    given = factories.grant(company.stranger, Role.SALES_OPERATIONS, company.head_office)
    assert require_right(company.stranger, "alignment", "create", at=TODAY).is_everything

    RoleGrant.objects.filter(pk=given.pk).update(valid_to=TODAY)

    with pytest.raises(RightGone):
        require_right(company.stranger, "alignment", "create", at=TODAY)
