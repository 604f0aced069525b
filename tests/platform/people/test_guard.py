"""The door: default deny, redirects, 403, and the check that refuses to start."""

import pytest
from django.core.checks import run_checks
from django.test import Client

from quyu.platform.people import guard
from tests.people import Company, client_of

guarded_urls = pytest.mark.urls("tests.platform.people.guarded_urls")


@guarded_urls
@pytest.mark.parametrize("url", ["/edit", "/class"])
def test_unknown_visitor_is_sent_to_sign_in(client: Client, db: None, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 302
    assert response["Location"] == f"/account/login/?next={url}"


@guarded_urls
def test_part_asked_by_htmx_sends_the_whole_page_to_sign_in(client: Client, db: None) -> None:
    response = client.get("/edit", headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/account/login/")


@guarded_urls
@pytest.mark.capability("PLT7", "ORG4")
@pytest.mark.parametrize(
    ("name", "editing", "organisation"),
    [
        ("owner", 403, 403),
        ("colleague", 403, 403),
        ("boss", 200, 200),
        ("neighbour", 200, 200),
        ("stranger", 403, 403),
        ("admin", 403, 200),
        ("auditor", 403, 200),
        ("operations", 200, 200),
    ],
)
def test_each_person_at_each_door(company: Company, name: str, editing: int, organisation: int) -> None:
    client = client_of(getattr(company, name))

    assert client.get("/edit").status_code == editing
    assert client.get("/class").status_code == organisation


@guarded_urls
def test_view_receives_the_reach_of_the_right(company: Company) -> None:
    assert client_of(company.boss).get("/edit").content == str(company.jiangsu.pk).encode()


@guarded_urls
@pytest.mark.parametrize("url", ["/health", "/open"])
def test_public_page_admits_everybody(client: Client, db: None, url: str) -> None:
    assert client.get(url).status_code == 200


@guarded_urls
@pytest.mark.parametrize("url", ["/in/undeclared", "/in/forgotten"])
def test_undeclared_view_answers_nobody(company: Company, url: str) -> None:
    assert client_of(company.operations).get(url).status_code == 403


@guarded_urls
def test_check_names_each_undeclared_view() -> None:
    routes = [error.msg.split(":")[0] for error in run_checks() if error.id == "quyu.E001"]

    assert routes == ["in/undeclared", "in/forgotten"]


@pytest.mark.capability("PLT7")
def test_every_view_of_the_site_declares_its_permission() -> None:
    assert guard.undeclared_views() == []


def test_unknown_permission_is_refused_when_declared() -> None:
    with pytest.raises(ValueError, match=r"target\.fly"):
        guard.require("target", "fly")
