"""Who sits where and with which right, in plain Python over the raw tables: the ground the oracle stands on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from tests.authorization.raw import Raw, Row
from tests.authorization.rights import BY_ROW, FOR_ALL, TABLE


class Seat(NamedTuple):
    """One role over one unit; `position` is None for a grant."""

    role: str
    unit: int
    position: int | None


@dataclass(frozen=True)
class Reach:
    """What one right of one account reaches on one day."""

    everything: bool
    units: frozenset[int]
    positions: frozenset[int]
    is_dealer: bool
    user: int
    person: int | None


def holds(row: Row, day: date) -> bool:
    """From the first day on, and no longer on the last."""
    if row["valid_from"] is None or day < row["valid_from"]:
        return False
    return row["valid_to"] is None or day < row["valid_to"]


class Seats:
    """Seats, rights and reach of accounts as they were when it was made."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.person_of = {row["user_id"]: row for row in raw["person"].values() if row["user_id"]}
        self.sees = lru_cache(maxsize=None)(self._sees)
        self.seats = lru_cache(maxsize=None)(self._seats)
        self.reach = lru_cache(maxsize=None)(self._reach)

    def has_left(self, person: Row | None, day: date) -> bool:
        return person is not None and person["left_on"] is not None and person["left_on"] <= day

    def may_sign_in(self, user: int, day: date) -> bool:
        """A closed account does not, nor does who has left."""
        return bool(self.raw["user"][user]["is_active"]) and not self.has_left(self.person_of.get(user), day)

    def _seats(self, user: int, day: date) -> tuple[Seat, ...]:
        person = self.person_of.get(user)
        if not self.raw["user"][user]["is_active"] or self.has_left(person, day):
            return ()
        found = [
            Seat(row["role"], row["org_unit_id"], None)
            for row in self.raw["rolegrant"].values()
            if row["user_id"] == user and holds(row, day)
        ]
        for row in self.raw["assignment"].values():
            position = self.raw["position"][row["position_id"]]
            if person and row["person_id"] == person["id"] and holds(row, day) and holds(position, day):
                found.append(Seat(position["role"], position["org_unit_id"], position["id"]))
        return tuple(found)

    def roles(self, user: int, day: date) -> set[str]:
        return {seat.role for seat in self.seats(user, day)}

    def may(self, user: int, day: date, resource: str, action: str) -> bool:
        if action in FOR_ALL.get(resource, ()):
            return True
        return any(action in TABLE[role].get(resource, ()) for role in self.roles(user, day))

    def below(self, unit: int, day: date) -> set[int]:
        """The unit and all that report to it, directly or not, on a day."""
        found = {unit}
        while True:
            more = {
                row["unit_id"]
                for row in self.raw["orglink"].values()
                if row["parent_id"] in found and row["unit_id"] not in found and holds(row, day)
            }
            if not more:
                return found
            found |= more

    def _reach(self, user: int, day: date, resource: str, action: str) -> Reach:
        is_for_all = action in FOR_ALL.get(resource, ())
        seats = [s for s in self.seats(user, day) if is_for_all or action in TABLE[s.role].get(resource, ())]
        over = [seat for seat in seats if seat.role not in BY_ROW]
        person = self.person_of.get(user)
        return Reach(
            everything=any(self.raw["orgunit"][seat.unit]["kind"] == "head_office" for seat in over),
            units=frozenset(unit for seat in over for unit in self.below(seat.unit, day)),
            positions=frozenset(s.position for s in seats if s.position is not None and s.role != "dealer"),
            is_dealer=any(seat.role == "dealer" for seat in seats),
            user=user,
            person=person["id"] if person else None,
        )

    def _sees(self, user: int, day: date, table: str, resource: str, action: str) -> frozenset[int]:
        """The rows of a table that one right of an account reaches; none without the right."""
        if not self.may(user, day, resource, action):
            return frozenset()
        reach = self.reach(user, day, resource, action)
        rule: Any = getattr(self, f"rows_of_{table}", self.rows_of_all)
        return frozenset(rule(reach, day, table))

    def rows_of_cardtaskreport(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        above = table.removesuffix("report")
        seen = set(getattr(self, f"rows_of_{above}")(reach, day, above))
        return [pk for pk, row in self.raw[table].items() if row["about_id"] in seen]

    rows_of_promisereport = rows_of_cardtaskreport

    def rows_of_all(self, _reach: Reach, _day: date, table: str) -> Iterable[int]:
        return self.raw[table]
