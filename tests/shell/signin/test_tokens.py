"""Tokens of programs: never more than their owner, shown once, ending in every way they should."""

import logging
from datetime import date

import pytest
from django.test import Client

from quyu.platform.audit.models import Decision
from quyu.platform.people.models import Assignment, Person, User
from quyu.platform.signin import tokens
from quyu.platform.signin.models import ApiToken
from tests.people import Company, client_of
from tests.shell.signin.conftest import PASSWORD, Clock, confirm, signed_in


def secret_of(user: User, time: Clock, *, may_write: bool = True, days: int = 30) -> str:
    return tokens.make(user=user, name="ERP", days=days, may_write=may_write, at=time.now, now=time.now)[1]


def program(secret: str, **options: object) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"}, **options)


def codes(client: Client) -> set[str]:
    return {row["code"] for row in client.get("/api/territories/list/").json()["items"]}


@pytest.mark.capability("PLT4")
def test_a_token_sees_what_its_owner_sees(company: Company, time: Clock) -> None:
    path = "/api/people/"

    for user in (company.owner, company.boss, company.operations):
        own, by_token = client_of(user).get(path), program(secret_of(user, time)).get(path)
        assert (own.status_code, own.json()) == (by_token.status_code, by_token.json())


def test_a_token_loses_a_right_on_the_day_its_owner_does(company: Company, time: Clock) -> None:
    caller = program(secret_of(company.operations, time))
    body = {"code": "L-9", "name": "新品"}
    assert caller.post("/api/product-lines/", body, content_type="application/json").status_code == 201

    Assignment.objects.filter(person__user=company.operations).update(valid_to=date(2026, 6, 15))

    again = caller.post("/api/product-lines/", body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (403, "forbidden")


def test_a_token_that_only_reads_writes_nothing(company: Company, time: Clock) -> None:
    caller = program(secret_of(company.operations, time, may_write=False))

    assert caller.get("/api/product-lines/").status_code == 200
    answer = caller.post("/api/product-lines/", {"code": "L-9"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "token_reads_only")


def test_the_token_counts_and_not_the_cookies_beside_it(company: Company, time: Clock) -> None:
    mixed = client_of(company.operations)
    mixed.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret_of(company.stranger, time)}"
    path = "/api/product-lines/"

    alone = program(secret_of(company.stranger, time)).get(path)
    assert mixed.get(path).json() == alone.json()

    mixed.defaults["HTTP_AUTHORIZATION"] = "Bearer quyu_wrong"
    assert mixed.get(path).status_code == 401


def test_a_token_opens_the_api_only(company: Company, time: Clock) -> None:
    caller = program(secret_of(company.operations, time))

    assert caller.get("/").status_code == 302
    assert caller.get("/account/tokens/").status_code == 302


def close(company: Company, _time: Clock) -> None:
    company.operations.is_active = False
    company.operations.save()


def leave(company: Company, _time: Clock) -> None:
    Person.objects.filter(user=company.operations).update(left_on=date(2026, 6, 15))


def expire(_company: Company, time: Clock) -> None:
    time.wait(days=30)


def revoke(company: Company, time: Clock) -> None:
    tokens.revoke(
        token=ApiToken.objects.get(user=company.operations),
        actor=company.operations,
        at=time.now,
        now=time.now,
    )


@pytest.mark.parametrize("ending", [close, leave, expire, revoke])
def test_a_token_ends(company: Company, time: Clock, ending: object) -> None:
    caller = program(secret_of(company.operations, time))
    assert caller.get("/api/product-lines/").status_code == 200

    ending(company, time)  # type: ignore[operator]

    answer = caller.get("/api/product-lines/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_token_needs_no_csrf_token_and_a_session_does(company: Company, time: Clock) -> None:
    body = {"code": "L-9", "name": "新品"}
    caller = program(secret_of(company.operations, time), enforce_csrf_checks=True)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(company.operations)

    refused = browser.post("/api/product-lines/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert caller.post("/api/product-lines/", body, content_type="application/json").status_code == 201


def test_a_token_is_made_after_the_password_and_shown_once(member: User, time: Clock) -> None:
    client = signed_in()
    form = {"name": "ERP 每晚导入", "days": "30"}

    asked = client.post("/account/tokens/new/", form)
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert not ApiToken.objects.exists()
    confirm(client)
    page = client.post("/account/tokens/new/", form).content.decode()

    token = ApiToken.objects.get()
    secret = page.partition('<code class="secret text-break">')[2].partition("<")[0]
    assert secret.startswith(token.hint)
    assert token.digest == tokens.digest_of(secret)
    assert program(secret).get("/api/product-lines/").status_code in (200, 403)
    assert secret not in client.get("/account/tokens/").content.decode()
    assert Decision.objects.filter(verb="make_token", actor=member).count() == 1


def test_nobody_revokes_the_token_of_another(company: Company, time: Clock) -> None:
    secret_of(company.operations, time)
    token = ApiToken.objects.get()

    assert client_of(company.boss).post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert client_of(company.operations).post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert Decision.objects.filter(verb="revoke_token").count() == 1


def test_ten_tokens_are_enough(company: Company, time: Clock) -> None:
    for _ in range(tokens.MOST):
        secret_of(company.owner, time)

    with pytest.raises(tokens.TooManyTokens):
        secret_of(company.owner, time)


def test_neither_secrets_nor_names_reach_the_log(
    company: Company, member: User, time: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = secret_of(company.operations, time)
    Client().post("/account/login/", {"login": "zhao", "password": "wrong-secret"})
    client = signed_in()
    program(secret).get("/api/people/?q=13800000000")
    program("quyu_wrongsecret").get("/api/people/")
    client.get("/account/?token=abc&name=赵钱孙")

    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert logged
    for hidden in (PASSWORD, "wrong-secret", secret, "quyu_wrongsecret", "zhao", "13800000000", "赵钱孙"):
        assert hidden not in logged, hidden
    assert client.cookies["sessionid"].value not in logged
    assert "request_id" in logged
