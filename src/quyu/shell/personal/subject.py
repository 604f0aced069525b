"""Whose data: a person or a customer by code, with every value under which they were ever known."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from quyu.apps.customers.models import Customer
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import Person, User
from quyu.shell.personal.wording import Replacer

SHORTEST_NAME, SHORTEST_OTHER = 2, 5
PREFIX = "匿名"


class NoSuchSubject(Refusal):
    def __init__(self, code: str) -> None:
        super().__init__("no_such_subject", "没有编号为 {number} 的人员或客户。", number=code)


@dataclass(frozen=True)
class Subject:
    """`kind` is person or customer; `names` and `others` (phones, addresses) are what must not remain."""

    kind: str
    row: Any
    user: User | None
    names: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def code(self) -> str:
        return str(self.row.code)


def person_subject(code: str) -> Subject:
    """A person with the account; raises NoSuchSubject."""
    person = Person.objects.select_related("user").filter(code=code).first()
    if person is None:
        raise NoSuchSubject(code)
    past = [person, *person.history.all()]
    names = {row.name for row in past}
    others = {value for row in past for value in (row.phone, row.email, row.id_number)}
    if person.user is not None:
        names |= {person.user.get_full_name(), person.user.first_name}
        others |= {person.user.email, person.user.username}
    return Subject("person", person, person.user, *_told(names, others))


def customer_subject(code: str, *, with_name: bool = False) -> Subject:
    """A customer's contact; `with_name` when the customer is a natural person. Raises NoSuchSubject."""
    customer = Customer.objects.filter(code=code).first()
    if customer is None:
        raise NoSuchSubject(code)
    past = [customer, *customer.history.all()]
    names = {row.contact for row in past} | ({row.name for row in past} if with_name else set())
    others = {value for row in past for value in (row.phone, row.address)}
    return Subject("customer", customer, None, *_told(names, others))


def _told(names: set[str], others: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(sorted(name for name in names if len(name) >= SHORTEST_NAME)),
        tuple(sorted(value for value in others if len(value) >= SHORTEST_OTHER)),
    )


def replacer_for(subject: Subject) -> tuple[Replacer, tuple[str, ...]]:
    """What replaces the values in texts, and the names left alone there because others bear them too."""
    people = Person.objects.all()
    customers = Customer.objects.all()
    if subject.kind == "person":
        people = people.exclude(pk=subject.row.pk)
    else:
        customers = customers.exclude(pk=subject.row.pk)
    known = set(people.values_list("name", flat=True)) | set(customers.values_list("name", flat=True))
    known |= set(customers.values_list("contact", flat=True))
    shared = tuple(name for name in subject.names if name in known)
    values = tuple(value for value in (*subject.names, *subject.others) if value not in shared)
    longer = tuple(name for name in known if any(value in name for value in values))
    return Replacer(values, PREFIX + secrets.token_hex(3), longer), shared
