"""Every address of the site: the headers it answers with, and what it does with input no browser sends."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from quyu.platform.people import guard
from tests.people import Company, client_of

SAFE_TYPES = (
    "text/html",
    "application/json",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "text/plain",
    "application/geo+json",
)
VALUES = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000000"}
REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def addresses() -> list[str]:
    """One address for every route, its parameters filled in."""
    found = set()
    for route, _view in guard.resolved_views(get_resolver().url_patterns):
        plain = re.sub(r"<(?:(\w+):)?\w+>", lambda match: VALUES.get(match[1] or "str", "1"), route)
        plain = re.sub(r"\(\?P<\w+>[^)]*\)", "x", plain).replace("\\Z", "").strip("^$")
        found.add("/" + plain)
    return sorted(found)


ADDRESSES = addresses()
TRIED = [
    address
    for address in ADDRESSES
    if address not in ("/account/logout/", "/account/sessions/end/", "/readyz")
]
OTHERS = [
    "/nothing",
    "/static/nothing.css",
    "/static/build/icons.svg",
    "/api/nothing",
    "/account",
    "/%ff",
    "/%00",
]


def status_of(sender: Client, method: str, address: str, **sent: Any) -> int:
    """Send, and read a file to its end, which closes it."""
    response = sender.generic(method, address, **sent)
    drain(response)
    return int(response.status_code)


def drain(response: Any) -> None:
    if response.streaming:
        b"".join(response.streaming_content)


def client(company: Company) -> Client:
    made = client_of(company.operations)
    made.raise_request_exception = False
    return made


def test_there_are_many_addresses() -> None:
    assert len(ADDRESSES) > 100
    assert "/account/login/" in ADDRESSES
    assert not [address for address in ADDRESSES if re.search(r"[<>?()]", address)]


def faults_of(response: Any, address: str) -> Iterator[str]:
    headers = response.headers
    for name, value in REQUIRED.items():
        if headers.get(name) != value:
            yield f"{name}: {headers.get(name)}"
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "frame-ancestors 'none'" not in policy:
        yield "no content security policy"
    if "unsafe" in policy:
        yield "unsafe policy"
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        yield "no permissions policy"
    if not address.startswith("/static/") and not {"no-store", "no-cache"} & set(
        re.split(r",\s*", headers.get("Cache-Control", ""))
    ):
        yield f"cached: {headers.get('Cache-Control')}"
    kind = headers.get("Content-Type", "").partition(";")[0]
    has_body = response.status_code not in (204, 301, 302, 304, 405)
    if has_body and kind not in SAFE_TYPES and "attachment" not in headers.get("Content-Disposition", ""):
        yield f"{kind} shown in the browser"


@pytest.mark.parametrize("who", ["stranger at the door", "signed in"])
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_every_address_answers_with_every_header(company: Company, who: str, method: str) -> None:
    sender = client(company) if who == "signed in" else Client(raise_request_exception=False)
    faults = {}
    for address in [*ADDRESSES, *OTHERS]:
        if address == "/account/logout/":
            continue
        response = getattr(sender, method)(address)
        drain(response)
        if response.status_code >= 500 and address != "/readyz":
            faults[address] = [str(response.status_code)]
        elif found := list(faults_of(response, address)):
            faults[address] = found

    assert faults == {}


HOSTILE_QUERIES = [
    "%00=%00&q=%00",
    "q=%ff%fe&page=%ff&sort=%c0%af",
    "page=999999999999999999999999&sort=-password&at=0000-00-00&year=99999999999&month=13&q=%F0%9F%92%A9",
    "page=-1&at=9999-12-31&on=9999-12-31&date=9999-12-31&from=0001-01-01&to=9999-12-31&year=0&month=0",
    "page[]=1&q[a]=b&__proto__=1&format=json&_method=DELETE",
    "q=" + "%27%22%3Cscript%3E" * 20 + "&next=//evil.example&year=abc&month=abc&unit=abc&product=abc",
    "&".join(f"a{number}=1" for number in range(1500)),
]


def failures(sender: Client, asked: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, int]:
    """The addresses that answer with a 5xx."""
    answers = {
        f"{method} {address}": status_of(sender, method, address, **sent) for method, address, sent in asked
    }
    return {asked: status for asked, status in answers.items() if status >= 500}


def test_no_address_fails_over_a_hostile_query(company: Company) -> None:
    """Each address meets one of them; `test_every_address_meets_every_hostile_query` tries all."""
    asked = ((address, HOSTILE_QUERIES[n % len(HOSTILE_QUERIES)]) for n, address in enumerate(TRIED))

    assert failures(client(company), (("GET", f"{address}?{query}", {}) for address, query in asked)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("query", HOSTILE_QUERIES, ids=lambda query: str(query)[:20])
def test_every_address_meets_every_hostile_query(company: Company, query: str) -> None:
    assert failures(client(company), (("GET", f"{address}?{query}", {}) for address in TRIED)) == {}


FORMS: list[tuple[bytes, str]] = [
    (b"name=%00&code=%00", "application/x-www-form-urlencoded"),
    (b"name=%ff%fe&code=%c0%af&version=x&is_active=2", "application/x-www-form-urlencoded"),
    (b"name=x", "application/x-www-form-urlencoded; charset=nonsense"),
    (b"name=x", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"&".join(b"a%d=1" % number for number in range(1500)), "application/x-www-form-urlencoded"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"", "multipart/form-data"),
    (b"\x00\xff" * 50, "multipart/form-data; boundary=" + "x" * 300),
    (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../\x00a.csv"\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    (b"[" * 50_000, "application/json"),
    (
        b"valid_from=9999-12-31&valid_to=0001-01-01&at=9999-99-99&amount=1e999999",
        "application/x-www-form-urlencoded",
    ),
    (b"version=99999999999999999999&org_unit=99999999999999999999", "application/x-www-form-urlencoded"),
    (b"version=" + b"9" * 5000 + b"&rate=" + b"9" * 5000, "application/x-www-form-urlencoded"),
]


def test_no_address_fails_over_a_hostile_form(company: Company) -> None:
    asked = ((address, FORMS[n % len(FORMS)]) for n, address in enumerate(TRIED))
    sent = (("POST", address, {"data": body, "content_type": kind}) for address, (body, kind) in asked)

    assert failures(client(company), sent) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("body", "kind"), FORMS, ids=lambda value: str(value)[:30])
def test_every_address_meets_every_hostile_form(company: Company, body: bytes, kind: str) -> None:
    sent = {"data": body, "content_type": kind}

    assert failures(client(company), (("POST", address, sent) for address in TRIED)) == {}


def test_a_form_too_big_for_memory_is_refused(company: Company) -> None:
    kind = "application/x-www-form-urlencoded"

    assert (
        status_of(client(company), "POST", "/users/new/", data=b"a=" + b"x" * 21_000_000, content_type=kind)
        == 400
    )


def test_every_post_without_a_csrf_token_is_refused(company: Company) -> None:
    sender = Client(enforce_csrf_checks=True, raise_request_exception=False)
    sender.force_login(company.operations)
    taken = {}
    for address in ADDRESSES:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status = status_of(sender, method, address)
            if status not in (403, 404, 405, 415):
                taken[f"{method} {address}"] = status

    assert not taken


@pytest.mark.parametrize(
    "header", ["HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD"]
)
def test_no_header_turns_a_read_into_a_write(company: Company, header: str) -> None:
    sender = client_of(company.admin)

    answer = sender.get(f"/users/{company.boss.pk}/active/", {"_method": "POST"}, **{header: "POST"})

    assert answer.status_code == 405
    company.boss.refresh_from_db()
    assert company.boss.is_active


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "a b", ""]
)
def test_only_known_hosts_are_answered(db: None, host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["sales.example.com"]
    answer = Client(raise_request_exception=False).get("/account/login/", HTTP_HOST=host)

    assert answer.status_code == 400
    assert "请求无法理解" in answer.content.decode()
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\t//e",
    ],
)
def test_sign_in_leads_nowhere_else(company: Company, target: str) -> None:
    company.boss.set_password("correct horse battery")
    company.boss.save()

    answer = Client().post(
        "/account/login/",
        {"login": company.boss.username, "password": "correct horse battery", "next": target},
    )

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_a_broken_request_is_told_in_chinese(company: Company) -> None:
    answer = client(company).get("/?q=%00")

    assert answer.status_code == 400
    assert "请求无法理解" in answer.content.decode()


@pytest.mark.parametrize("word", ["unsafe-inline", "unsafe-eval", "*", "http:", "https:"])
def test_the_policy_allows_nothing_from_elsewhere(word: str) -> None:
    given = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert not [name for name, sources in given.items() if word in sources]
