"""One kind of request (`Topic`), what must come back, and the comparison of both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from tests.authorization.raw import marks_in
from tests.authorization.seen import figures_in
from tests.authorization.site import Answer, Ask, Site

LOGIN = "/account/login/"
RECORDS = frozenset({"audit_decision", "audit_chainhead", "audit_dayseal"})
"""Looking may be put on record, where it was allowed."""
CHANGED_BY_MODEL = {
    "customers_customer": "customer", "people_person": "person", "people_position": "position",
    "people_orgunit": "orgunit", "people_assignment": "assignment", "territories_territory": "territory",
    "approvals_approval": "approval", "people_user": "user", "people_rolegrant": "rolegrant",
    "imports_importrun": "importrun", "notices_notice": "notice", "targets_planversion": "planversion",
    "monitoring_alert": "alert", "monitoring_alertrule": "alertrule",
    "monitoring_meeting": "meeting", "monitoring_promise": "promise",
    "monitoring_pdcacard": "pdcacard", "monitoring_cardtask": "cardtask",
}  # fmt: skip
"""Database table -> table of the oracle: a change of such a row must lie in the reach of the right."""


@dataclass(frozen=True)
class Case:
    """Who asks, on which day, about which row."""

    account: str
    day: date
    pk: int | None


@dataclass(frozen=True)
class Topic:
    """A route with a method and a way to fill it; `name` is unique.

    `rights` are all needed; the row must lie in the reach of the last. `open_to` replaces that rule.
    `status` are the answers to whoever is let in. `ids` reads row numbers from an answer, to be compared
    with `expected` (or with what the right reaches). `shows` are marks that may be read beside the usual.
    """

    name: str
    route: str
    method: str
    rights: tuple[tuple[str, str], ...]
    ask: Callable[[Site, Case], Ask]
    table: str | None = None
    objects: Callable[[Site], Iterable[int | None]] | None = None
    status: frozenset[int] = frozenset({200})
    refused: Literal["page", "api", "part"] = "page"
    open_to: Callable[[Site, Case], int | None] | None = None
    ids: Callable[[Site, Answer], Any] | None = None
    expected: Callable[[Site, Case], Any] | None = None
    shows: Callable[[Site, Case], set[str]] | None = None
    hides: Callable[[Site, Case], set[str]] | None = None
    writes: bool = False
    is_public: bool = False
    is_loose: bool = False
    """A method the route does not know: any refusal will do, but nothing is read and nothing changed."""
    effect: Callable[[Site, Case, Answer], str] | None = None
    weight: int = 4
    """Its share of the decisions, compared with other topics."""

    def rows(self, site: Site) -> list[int | None]:
        if self.objects is not None:
            return list(self.objects(site))
        return list(site.raw[self.table]) if self.table else [None]


def gate(topic: Topic, site: Site, case: Case) -> int | None:
    """The status with which the caller is turned away; None when he is let in."""
    user = site.accounts[case.account]
    if topic.is_public:
        return None
    if user is None or not site.oracle.may_sign_in(user, case.day):
        return {"page": 302, "api": 401, "part": 204}[topic.refused]
    if topic.open_to is not None:
        return topic.open_to(site, case)
    if not all(site.oracle.may(user, case.day, *right) for right in topic.rights):
        return 403
    if topic.table and case.pk is not None and topic.rights:
        resource, action = topic.rights[-1]
        if case.pk not in site.oracle.sees(user, case.day, topic.table, resource, action):
            return 404
    return None


def judge(topic: Topic, site: Site, case: Case) -> list[str]:
    """Ask, compare; everything that is not as it must be, in words."""
    asked = topic.ask(site, case)
    answer = site.ask(site.accounts[case.account], case.day, asked)
    turned_away = gate(topic, site, case)
    faults = []
    if topic.is_loose:
        expected = frozenset(range(200 if turned_away is None else 300, 500))
    else:
        expected = topic.status if turned_away is None else frozenset({turned_away})
    if answer.status not in expected:
        faults.append(f"status {answer.status}, expected {turned_away or sorted(expected)[:5]}")
    if turned_away == 302 and not topic.is_loose and not answer.location.startswith(LOGIN):
        faults.append(f"led to {answer.location}")
    faults += leaks(topic, site, case, asked, answer, turned_away is not None)
    faults += changes(topic, site, case, answer, turned_away is not None)
    if turned_away is None and answer.status < 400:
        if topic.ids is not None and answer.status == 200:
            faults += difference(topic, site, case, answer)
        if topic.effect is not None and (fault := topic.effect(site, case, answer)):
            faults.append(fault)
    return faults


def leaks(topic: Topic, site: Site, case: Case, asked: Ask, answer: Answer, is_refused: bool) -> list[str]:
    """Marks and amounts in the answer that this caller may not read."""
    user = site.accounts[case.account]
    found = marks_in(answer.text) - marks_in(asked.said)
    seen = site.seen
    if user is None:
        allowed = set()
    elif is_refused:
        allowed = seen.own(user)
    else:
        allowed = seen.marks(user, case.day) | (topic.shows(site, case) if topic.shows else set())
        allowed -= topic.hides(site, case) if topic.hides else set()
    faults = [
        f"shows {mark} of {site.raw.marks[mark]}"
        for mark in sorted(found - allowed)[:4]
        if mark in site.raw.marks
    ]
    numbers = figures_in(answer.text, seen.owners) - figures_in(asked.said, seen.owners)
    known = set() if user is None or is_refused else seen.figures(user, case.day)
    return faults + [f"shows {fen} fen of {seen.owners[fen]}" for fen in sorted(numbers - known)[:4]]


def changes(topic: Topic, site: Site, case: Case, answer: Answer, is_refused: bool) -> list[str]:
    """A refusal or a question changes nothing; a change stays within the reach of its right."""
    if is_refused or not topic.writes:
        kept = {table: keys for table, keys in answer.changed.items() if is_refused or table not in RECORDS}
        return [f"changed {table} {sorted(map(str, keys))[:3]}" for table, keys in kept.items()]
    user, faults = site.accounts[case.account], []
    for table, keys in answer.changed.items():
        name = CHANGED_BY_MODEL.get(table)
        if name is None or user is None:
            continue
        old = {key for key in keys if key in site.raw[name]}
        reached = frozenset().union(
            *(
                site.oracle.sees(user, case.day, name, *right)
                for right in (*topic.rights, *BESIDE.get(topic.route, ()))
            )
        )
        if beyond := old - reached:
            faults.append(f"changed {table} {sorted(map(str, beyond))[:3]} out of reach")
    return faults


BESIDE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "org/assignments/<int:pk>/end/": (("person", "view"),),
    "notices/read/": (("notice", "view"),),
}
"""Further rights whose reach a change of this route may use."""


def difference(topic: Topic, site: Site, case: Case, answer: Answer) -> list[str]:
    """What a list lacks or has too much."""
    assert topic.ids is not None
    found = topic.ids(site, answer)
    if topic.expected is not None:
        expected = topic.expected(site, case)
    else:
        user = site.accounts[case.account]
        assert user is not None
        assert topic.table is not None
        expected = site.oracle.sees(user, case.day, topic.table, *topic.rights[-1])
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        wrong = {key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)}
        return (
            [f"wrong at {[(key, found.get(key), expected.get(key)) for key in sorted(wrong, key=str)[:3]]}"]
            if wrong
            else []
        )
    if found == expected:
        return []
    if isinstance(found, set | frozenset) and isinstance(expected, set | frozenset):
        return [
            f"too much {sorted(found - expected, key=str)[:4]}, lacks {sorted(expected - found, key=str)[:4]}"
        ]
    return [f"says {found}, expected {expected}"]
