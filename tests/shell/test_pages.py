"""What every page has: strict headers, no inline code, errors in our own look, health without sign-in."""

import re

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from quyu.shell import errors
from tests.people import Company, client_of

INLINE = re.compile(r"<script(?![^>]*(?:src=|application/json))|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
OWN_PAGES = ("/", "/account/", "/account/password/change/")


@pytest.fixture
def strict_headers() -> dict[str, str]:
    return {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


@pytest.mark.capability("PLT5")
@pytest.mark.parametrize("path", ["/account/login/", *OWN_PAGES, "/nowhere/"])
def test_every_page_is_strict(company: Company, strict_headers: dict[str, str], path: str) -> None:
    client = Client() if "login" in path else client_of(company.owner)

    response = client.get(path)

    assert {name: response.headers.get(name) for name in strict_headers} == strict_headers
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not INLINE.search(response.content.decode())


def test_an_unknown_address_is_answered_in_our_look(company: Company) -> None:
    response = client_of(company.owner).get("/nowhere/")

    assert response.status_code == 404
    assert "找不到这个页面" in response.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_error_pages_need_neither_session_nor_database(rf: RequestFactory, status: int) -> None:
    view = {400: errors.bad_request, 403: errors.forbidden, 404: errors.not_found}.get(status)
    request = rf.get("/somewhere")

    response = view(request, Exception()) if view else errors.failure(request)

    assert response.status_code == status
    assert f">{status}<" in response.content.decode()


def test_a_form_without_token_is_refused_with_advice(company: Company) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/account/login/", {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_health_needs_no_sign_in(db: None) -> None:
    client = Client()

    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_every_address_declares_who_may_enter() -> None:
    assert [message for message in run_checks() if message.id == "quyu.E001"] == []


def test_pages_outside_the_menu_cost_few_queries(company: Company) -> None:
    client = client_of(company.boss)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/account/")

    assert len(queries) <= 8


def test_the_business_date_is_on_every_page(company: Company) -> None:
    assert "2026-06-15" in client_of(company.owner).get("/account/").content.decode()


def test_a_view_that_fails_shows_the_failure_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    client = client_of(company.owner)
    client.raise_request_exception = False
    monkeypatch.setattr("quyu.shell.page_context.navigation.groups_for", broken)

    response = client.get("/account/")

    assert response.status_code == 500
    assert "系统出错了" in response.content.decode()
