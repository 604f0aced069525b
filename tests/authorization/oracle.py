"""Who may do what to which row, in plain Python over the raw tables.

It shares no code with the product: no guard, no scope, no policy, no query of `visible_to`. It walks
links and dates row by row, slowly and in the order in which the rules are told in docs/howto/permissions.md.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.authorization.raw import Row, Rows
from tests.authorization.rights import BY_ROW, DISCLOSING
from tests.authorization.seats import Reach, Seat, Seats, holds
from tests.authorization.world import YESTERDAY


class Oracle(Seats):
    """Answers about the rows as they were when it was made."""

    def rows_of_orgunit(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return self.raw[table] if reach.everything else reach.units

    def rows_of_position(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        rows = self.raw[table].items()
        return [
            pk
            for pk, row in rows
            if reach.everything or pk in reach.positions or row["org_unit_id"] in reach.units
        ]

    def rows_of_person(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        return (
            self.raw[table] if reach.everything else {reach.person, *self.sitting(reach.units, day)} - {None}
        )

    def sitting(self, units: frozenset[int], day: date) -> Iterable[int]:
        """Who sits on a day on a seat of these units and has not left."""
        for row in self.raw["assignment"].values():
            position, person = self.raw["position"][row["position_id"]], self.raw["person"][row["person_id"]]
            if position["org_unit_id"] in units and holds(row, day) and not self.has_left(person, day):
                yield row["person_id"]

    def rows_of_assignment(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        position = self.raw["position"]
        return [
            pk
            for pk, row in self.raw[table].items()
            if reach.everything or row["person_id"] == reach.person or position[row["position_id"]]["org_unit_id"] in reach.units
        ]  # fmt: skip

    def rows_of_territory(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        if reach.everything:
            return self.raw[table]
        owned = {
            row["territory_id"]
            for row in self.raw["territoryowner"].values()
            if row["position_id"] in reach.positions and holds(row, day)
        }
        return {pk for pk, row in self.raw[table].items() if pk in owned or row["org_unit_id"] in reach.units}

    def territory_of(self, customer: Row, day: date) -> int | None:
        """The territory a customer belongs to on a day: named, else that of its place."""
        if customer["territory_override_id"] is not None:
            return int(customer["territory_override_id"])
        return self.territory_of_place(customer["unit_id"], day)

    def territory_counting(self, customer: Row, day: date) -> int | None:
        """The territory for which an order counts: a named one only over its own days."""
        found = self.territory_of(customer, day)
        if found is not None and customer["territory_override_id"] is not None:
            return found if holds(self.raw["territory"][found], day) else None
        return found

    def territory_of_place(self, place: int | None, day: date) -> int | None:
        for row in self.raw["alignmentunit"].values():
            alignment = self.raw["alignment"][row["alignment_id"]]
            if (
                row["unit_id"] == place
                and alignment["state"] in ("active", "retired")
                and holds(alignment, day)
            ):
                return int(row["territory_id"])
        return None

    def rows_of_customer(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        if reach.everything:
            return self.raw[table]
        bought = {
            row["customer_id"]
            for row in self.raw["dealeraccess"].values()
            if reach.is_dealer and row["user_id"] == reach.user and holds(row, day)
        }
        seen = set(self.rows_of_territory(reach, day, "territory"))
        return {
            pk for pk, row in self.raw[table].items() if pk in bought or self.territory_of(row, day) in seen
        }

    def rows_of_approval(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return [
            pk
            for pk, row in self.raw[table].items()
            if reach.everything or row["submitted_by_id"] == reach.user or row["org_unit_id"] in reach.units
        ]

    def rows_of_importrun(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return [
            pk
            for pk, row in self.raw[table].items()
            if reach.everything or row["created_by_id"] == reach.user
        ]

    def rows_of_decision(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return [
            pk for pk, row in self.raw[table].items() if reach.everything or row["actor_id"] == reach.user
        ]

    def rows_of_notice(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return [pk for pk, row in self.raw[table].items() if row["user_id"] == reach.user]

    def rows_of_user(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        return self.raw[table] if reach.everything else ()

    rows_of_rolegrant = rows_of_user

    def rows_of_planversion(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Who only carries targets out sees what was published."""
        sees_drafts = self.may(reach.user, day, "plan", "view")
        rows = self.raw[table].items()
        return [
            pk for pk, row in rows if sees_drafts or row["state"] in ("scheduled", "published", "superseded")
        ]

    def rows_of_handover(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """The nodes of a plan at and below one's own, in the tree of the day before the first question."""
        units = {below for unit in reach.units for below in self.below(unit, YESTERDAY)}
        own = set(self.rows_of_territory(reach, day, "territory"))
        inside = {
            f"T:{row['code']}"
            for pk, row in self.raw["territory"].items()
            if pk in own or row["org_unit_id"] in units
        }
        inside |= {self.raw["orgunit"][unit]["code"] for unit in units}
        return [pk for pk, row in self.raw[table].items() if reach.everything or row["region"] in inside]

    def rows_of_negotiationmove(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        seen = set(self.rows_of_handover(reach, day, "handover"))
        return [pk for pk, row in self.raw[table].items() if row["handover_id"] in seen]

    def rows_of_evidence(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        seen = set(self.rows_of_negotiationmove(reach, day, "negotiationmove"))
        return [pk for pk, row in self.raw[table].items() if row["move_id"] in seen]

    def rows_of_minutes(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        """Those of the world are of the head office."""
        return self.raw[table] if reach.everything else ()

    def regions_below(self, region: str) -> set[str]:
        """A node of a plan and the nodes below it, in its tree."""
        codes = {row["code"]: pk for pk, row in self.raw["orgunit"].items()}
        if region not in codes:
            return {region}
        units = self.below(codes[region], YESTERDAY)
        found = {self.raw["orgunit"][unit]["code"] for unit in units}
        return found | {
            f"T:{row['code']}" for row in self.raw["territory"].values() if row["org_unit_id"] in units
        }

    def rows_of_milestone(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Those on territories in reach, in the tree the plan keeps."""
        return self.of_plan_tree(reach, day, self.raw[table])

    def of_plan_tree(self, reach: Reach, day: date, rows: Rows) -> Iterable[int]:
        """The rows whose `region` is a territory in reach, in the tree the plan keeps."""
        if reach.everything:
            return rows
        units = {below for unit in reach.units for below in self.below(unit, YESTERDAY)}
        inside = set(self.rows_of_territory(reach, day, "territory"))
        inside |= {pk for pk, row in self.raw["territory"].items() if row["org_unit_id"] in units}
        codes = {"T:" + self.raw["territory"][pk]["code"] for pk in inside}
        return [pk for pk, row in rows.items() if row["region"] in codes]

    def rows_of_excludedorder(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Those in territories in reach, in the tree the plan keeps."""
        named = {pk: {"region": "T:" + row["territory_code"]} for pk, row in self.raw[table].items()}
        return self.of_plan_tree(reach, day, named)

    def rows_of_letter(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """One's own, and those of whoever sits in reach."""
        people = set(self.rows_of_person(reach, day, "person"))
        return [pk for pk, row in self.raw[table].items() if row["person_id"] in people]

    def rows_of_targetchange(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Those one asked for, and those about a territory in reach, in the tree the plan keeps."""
        own = {pk for pk, row in self.raw[table].items() if row["created_by_id"] == reach.user}
        return own | set(self.rows_of_milestone(reach, day, table))

    def rows_of_alertrule(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        """Those of one's own units; a rule without a unit is everybody's who answers for everything."""
        rows = self.raw[table].items()
        return [pk for pk, row in rows if reach.everything or row["org_unit_id"] in reach.units]

    def rows_of_alert(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Of units below, of territories in reach, and those that one's own seat is to deal with."""
        own = set(self.rows_of_territory(reach, day, "territory"))
        for pk, row in self.raw[table].items():
            is_below = (
                row["org_unit_id"] in reach.units
                if row["territory_id"] is None
                else row["territory_id"] in own
            )
            if reach.everything or is_below or row["owner_id"] in reach.positions:
                yield pk

    def rows_of_alertact(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        seen = set(self.rows_of_alert(reach, day, "alert"))
        return [pk for pk, row in self.raw[table].items() if row["alert_id"] in seen]

    def rows_of_pdcacard(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """As alerts: of units below, of territories in reach, and those that one's own seat answers for."""
        return self.rows_of_alert(reach, day, table)

    def rows_of_cardtask(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Those of cards in reach, and those that one's own seat was given."""
        seen = set(self.rows_of_pdcacard(reach, day, "pdcacard"))
        rows = self.raw[table].items()
        return [pk for pk, row in rows if row["card_id"] in seen or row["owner_id"] in reach.positions]

    def rows_of_meeting(self, reach: Reach, _day: date, table: str) -> Iterable[int]:
        rows = self.raw[table].items()
        return [pk for pk, row in rows if reach.everything or row["org_unit_id"] in reach.units]

    def rows_of_promise(self, reach: Reach, day: date, table: str) -> Iterable[int]:
        """Those of meetings in reach, and those that one's own seat is to carry out."""
        seen = set(self.rows_of_meeting(reach, day, "meeting"))
        rows = self.raw[table].items()
        return [pk for pk, row in rows if row["meeting_id"] in seen or row["owner_id"] in reach.positions]

    def planned(self, user: int, day: date, resource: str, action: str, tree_day: date) -> frozenset[int]:
        """Territories in reach, and those below a unit in reach in the tree of another day (a plan keeps its tree)."""
        reach = self.reach(user, day, resource, action)
        units = {below for unit in reach.units for below in self.below(unit, tree_day)}
        own = self.sees(user, day, "territory", resource, action)
        return own | {pk for pk, row in self.raw["territory"].items() if row["org_unit_id"] in units}

    def discloses(self, user: int, day: date, table: str, pk: int) -> bool:
        """Whether the account may ask for the personal data of a row."""
        for seat in self.seats(user, day):
            if table in DISCLOSING.get(seat.role, ()) and pk in self._rows_by(seat, user, day, table):
                return True
        return False

    def _rows_by(self, seat: Seat, user: int, day: date, table: str) -> Iterable[int]:
        is_row = seat.role in BY_ROW
        person = self.person_of.get(user)
        reach = Reach(
            everything=not is_row and self.raw["orgunit"][seat.unit]["kind"] == "head_office",
            units=frozenset() if is_row else frozenset(self.below(seat.unit, day)),
            positions=frozenset() if seat.position is None else frozenset({seat.position}),
            is_dealer=False,
            user=user,
            person=person["id"] if person else None,
        )
        rule: Any = getattr(self, f"rows_of_{table}")
        return set(rule(reach, day, table))
