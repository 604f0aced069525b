"""Schemathesis over the whole OpenAPI document: whatever is sent, the answer is the one described, never a 5xx."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from quyu.platform.people.models import User
from quyu.platform.signin import tokens
from quyu.platform.viewsets.viewset import REGISTRY
from quyu.shell import clock
from quyu.shell.api import api
from tests.people import Company
from tests.platform.viewsets.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROLES = ("operations", "director", "boss", "owner", "admin", "auditor", "stranger")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
QUICK = settings(
    deadline=None,
    max_examples=300,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
Secrets = dict[str, str]
Rows = dict[str, int]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Called as a WSGI application, Django would give up the connection, and with it the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    document = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"))
    document.app = get_wsgi_application()
    return [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]


OPERATIONS = operations()


@pytest.fixture
def rows(company: Company) -> Rows:
    """path -> the key of a row of each object."""
    return {REGISTRY[model].path: sample.home(company, 1).pk for model, sample in SAMPLES.items()}


@pytest.fixture
def secrets(company: Company) -> Secrets:
    """A token that may write for each of the people."""
    return {name: secret_of(getattr(company, name)) for name in ROLES}


def secret_of(user: User, *, may_write: bool = True) -> str:
    now = clock.instant()
    return tokens.make(user=user, name="test", days=7, may_write=may_write, at=now, now=now)[1]


def answer_to(case: Any, secret: str, rows: Rows, *, a_real_row: bool) -> int:
    """Send it as a program would, compare the answer with the document, and undo what it did."""
    path = case.operation.path.removeprefix("/api/").partition("/{")[0].rstrip("/")
    if a_real_row and "pk" in (case.path_parameters or {}):
        case.path_parameters["pk"] = rows[path]
    with transaction.atomic():
        headers = {"User-Agent": "schemathesis", "Authorization": f"Bearer {secret}"}
        response = case.call_and_validate(checks=CHECKS, headers=headers, base_url="http://localhost")
        transaction.set_rollback(True)
    return int(response.status_code)


def any_case(operation: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*(operation.as_strategy(mode) for mode in MODES))


def test_whatever_is_sent_the_answer_is_the_one_described(secrets: Secrets, rows: Rows) -> None:
    answers: Counter[int] = Counter()

    @QUICK
    @given(
        case=st.sampled_from(OPERATIONS).flatmap(any_case), name=st.sampled_from(ROLES), real=st.booleans()
    )
    def sent(case: Any, name: str, real: bool) -> None:
        answers[answer_to(case, secrets[name], rows, a_real_row=real)] += 1

    sent()
    assert {200, 403, 404, 422} <= set(answers), answers


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_answers_as_described(operation: Any, secrets: Secrets, rows: Rows) -> None:
    @settings(QUICK, max_examples=200)
    @given(case=any_case(operation), name=st.sampled_from(ROLES), real=st.booleans())
    def sent(case: Any, name: str, real: bool) -> None:
        answer_to(case, secrets[name], rows, a_real_row=real)

    sent()


def test_every_object_and_method_is_described(db: None) -> None:
    labels = {operation.label for operation in OPERATIONS}

    for viewset in REGISTRY.values():
        base = f"/api/{viewset.path}/"
        assert {f"GET {base}", f"POST {base}"} <= labels
        assert {f"{method} {base}{{pk}}" for method in ("GET", "PATCH", "DELETE")} <= labels


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 415),
        (b"{", 400),
        (b"[]", 422),
        (b'"\xff\xfe"', 400),
        (b'{"code": "\\u0000"}', 400),
        (b'{"code": "\\ud800"}', 400),
        (b'{"\\u0000": 1}', 400),
        (b'{"sort_order": NaN}', 400),
        (b'{"sort_order": ' + b"9" * 5000 + b"}", 400),
        (b'{"code": "X", "sort_order": ' + b"9" * 400 + b"}", 422),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b"[" * 100_000, 400),
        (b'{"code": ["a"]}', 422),
        (b'{"code": {"a": 1}}', 422),
        (b'{"code": 7}', 422),
        (b'{"is_superuser": true}', 422),
        (b'{"code": "' + b"x" * 21_000_000 + b'"}', 400),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_body_is_refused_in_json(company: Company, body: bytes, status: int) -> None:
    program = Client(headers={"Authorization": f"Bearer {secret_of(company.operations)}"})
    path = next(viewset.path for model, viewset in REGISTRY.items() if model.__name__ == "OrgUnit")

    answer = program.post(f"/api/{path}/", body, content_type="application/json")

    assert answer.status_code == status
    assert set(answer.json()) >= {"code", "message"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/nothing/", 404, "not_found"),
        ("put", "/api/people/", 405, "method_not_allowed"),
        ("get", "/api/people/999999999999999999999/", 404, "not_found"),
        ("get", "/api/people/?q=%00", 400, "bad_request"),
        ("get", "/api/people/?page=x", 422, "invalid"),
        ("get", "/api/people/%ff", 404, "not_found"),
    ],
)
def test_errors_made_elsewhere_are_json_too(
    company: Company, method: str, path: str, status: int, code: str
) -> None:
    program = Client(headers={"Authorization": f"Bearer {secret_of(company.operations)}"})

    answer = getattr(program, method)(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
