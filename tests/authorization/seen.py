"""Which marks and amounts an account may read at all on a day: its rows, and the names that belong to them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from tests.authorization.rights import PERSONAL
from tests.authorization.seats import holds
from tests.authorization.world import YESTERDAY

if TYPE_CHECKING:
    from tests.authorization.amounts import Line
    from tests.authorization.oracle import Oracle
    from tests.authorization.raw import Raw

PLAN_DAY = YESTERDAY
"""The day whose tree the plans of the world keep."""
NUMBER = re.compile(r"\d[\d,]*\.\d{1,2}(?!\d)|(?<![\d.])\d{7,}(?![\d.])|(?<=<v>)\d+(?=</v>)")
RESOURCE_OF = {
    "orgunit": "org_unit", "position": "position", "person": "person", "territory": "territory",
    "customer": "customer", "product": "product", "productline": "product", "channel": "channel",
    "calendarday": "calendar", "user": "user", "approval": "approval", "importrun": "import",
    "decision": "audit", "notice": "notice", "planversion": "target",
    "milestone": "milestone", "strategyline": "strategy", "letter": "letter", "targetchange": "change", "excludedorder": "target",
    "handover": "commitment", "negotiationmove": "commitment", "evidence": "commitment", "minutes": "commitment",
    "alertrule": "alert_rule", "alert": "alert", "alertact": "alert",
    "pdcacard": "alert", "cardtask": "alert",
    "meeting": "meeting", "promise": "meeting",
    "cardtaskreport": "alert", "promisereport": "meeting",
}  # fmt: skip


def figures_in(text: str, known: Mapping[int, object]) -> set[int]:
    """The known amounts in a text, in fen, however written: `12,345.67`, `1234567`."""
    found = set()
    for word in NUMBER.findall(text):
        whole, _, part = word.replace(",", "").partition(".")
        fen = int(whole) * 100 + int(f"{part}00"[:2])
        found |= {fen, int(whole)} if not part else {fen}
    return found & known.keys()


class Seen:
    """Answers from the oracle, remembered per account and day."""

    def __init__(
        self, raw: "Raw", oracle: "Oracle", owners: dict[int, tuple[object, ...]], lines: list["Line"]
    ) -> None:
        self.raw, self.oracle, self.owners, self.lines = raw, oracle, owners, lines
        self.personal = {
            mark for mark, (table, _, column) in raw.marks.items() if column in PERSONAL.get(table, ())
        }
        self.marks = lru_cache(maxsize=None)(self._marks)
        self.figures = lru_cache(maxsize=None)(self._figures)

    def of(self, table: str, keys: Iterable[int | None]) -> set[str]:
        """The marks of rows, without personal data."""
        hidden = PERSONAL.get(table, ())
        return {
            mark
            for key in keys
            if key is not None
            for column, marks in self.raw.marks_of.get((table, key), {}).items()
            if column not in hidden
            for mark in marks
        }

    def own(self, user: int) -> set[str]:
        """An account may always read its own name."""
        person = self.oracle.person_of.get(user)
        return self.of("user", [user]) | self.of("person", [person["id"] if person else None])

    def _marks(self, user: int, day: date) -> set[str]:
        seen = {
            table: self.oracle.sees(user, day, table, resource, "view")
            for table, resource in RESOURCE_OF.items()
        }
        found = self.own(user)
        found |= self.of(
            "apitoken", [key for key, row in self.raw["apitoken"].items() if row["user_id"] == user]
        )
        for table, keys in seen.items():
            found |= self.of(table, keys)
        found |= self.beside_rows(seen, day)
        found |= self.given(user, day)
        found |= self.beside_organisation(seen, (self.oracle.person_of.get(user) or {"id": None})["id"])
        found |= self.public(user, day)
        if self.oracle.reach(user, day, "audit", "view").everything and seen["decision"]:
            found |= set(self.raw.marks)
        return found - self.personal

    def beside_rows(self, seen: dict[str, frozenset[int]], day: date) -> set[str]:
        """Names that belong to a row one may see: the territory of a customer, who asked for an approval."""
        raw, found = self.raw, set()
        customers = [raw["customer"][key] for key in seen["customer"]]
        found |= self.of("basicunit", [row["unit_id"] for row in customers])
        found |= self.of("channel", [row["channel_id"] for row in customers])
        territories = {self.oracle.territory_of(row, day) for row in customers} - {None}
        found |= self.names_of_territories({*territories, *seen["territory"]})
        past = self.past_territories(seen["customer"])
        found |= self.of("territory", past) | self.of(
            "orgunit", [raw["territory"][key]["org_unit_id"] for key in past]
        )
        for key in seen["approval"]:
            row = raw["approval"][key]
            found |= self.of("orgunit", [row["org_unit_id"]])
            found |= self.of("user", [row["submitted_by_id"], row["decided_by_id"]])
        for key in seen["importrun"]:
            row = raw["importrun"][key]
            found |= self.of("storedfile", [row["file_id"]]) | self.of("user", [row["created_by_id"]])
        found |= self.of("user", [raw["decision"][key]["actor_id"] for key in seen["decision"]])
        moves = [raw["negotiationmove"][key] for key in seen["negotiationmove"]]
        found |= self.of("user", [row["actor_id"] for row in moves])
        found |= self.of("storedfile", [raw["evidence"][key]["file_id"] for key in seen["evidence"]])
        found |= self.of("orgunit", self.planned_units(seen["handover"]))
        found |= self.beside_alerts(seen, day) | self.beside_meetings(seen, day)
        found |= self.beside_cards(seen, day)
        for key in seen["planversion"]:
            row = raw["planversion"][key]
            found |= self.of("plan", [row["plan_id"]])
        return found

    def beside_alerts(self, seen: dict[str, frozenset[int]], day: date) -> set[str]:
        """The rule and the place of an alert, its seat and who sits there, who dealt with it; the scope of a rule."""
        alerts = [self.raw["alert"][key] for key in seen["alert"]]
        found = self.of("alertrule", [row["rule_id"] for row in alerts])
        found |= self.of("orgunit", [row["org_unit_id"] for row in alerts])
        found |= self.names_of_territories({row["territory_id"] for row in alerts} - {None})
        seats = {row[name] for row in alerts for name in ("owner_id", "superior_id")} - {None}
        found |= self.of("position", seats)
        sitting = [row for row in self.raw["assignment"].values() if row["position_id"] in seats]
        found |= self.of("person", [row["person_id"] for row in sitting if holds(row, day)])
        found |= self.of("user", [self.raw["alertact"][key]["actor_id"] for key in seen["alertact"]])
        return found | self.of(
            "orgunit", [self.raw["alertrule"][key]["org_unit_id"] for key in seen["alertrule"]]
        )

    def beside_cards(self, seen: dict[str, frozenset[int]], day: date) -> set[str]:
        """The place of a card, who answers for it, which seats have tasks of it, and who sits there."""
        cards = [self.raw["pdcacard"][key] for key in seen["pdcacard"]]
        found = self.of("orgunit", [row["org_unit_id"] for row in cards])
        found |= self.names_of_territories({row["territory_id"] for row in cards} - {None})
        seats = {row["owner_id"] for row in cards} - {None}
        seats |= {self.raw["cardtask"][key]["owner_id"] for key in seen["cardtask"]}
        sitting = [row for row in self.raw["assignment"].values() if row["position_id"] in seats]
        found |= self.of("person", [row["person_id"] for row in sitting if holds(row, day)])
        found |= self.of(
            "user", [self.raw["cardtaskreport"][key]["actor_id"] for key in seen["cardtaskreport"]]
        )
        return found | self.of("position", seats)

    def beside_meetings(self, seen: dict[str, frozenset[int]], day: date) -> set[str]:
        """Whose meeting it is, which seats are to do what was decided, and who sits there."""
        found = self.of("orgunit", [self.raw["meeting"][key]["org_unit_id"] for key in seen["meeting"]])
        seats = {self.raw["promise"][key]["owner_id"] for key in seen["promise"]}
        sitting = [row for row in self.raw["assignment"].values() if row["position_id"] in seats]
        found |= self.of("person", [row["person_id"] for row in sitting if holds(row, day)])
        return found | self.of("position", seats)

    def given(self, user: int, day: date) -> set[str]:
        """What one's own seats were given, by which card or meeting, what was reported of it and by whom."""
        found, seats = set(), {seat.position for seat in self.oracle.seats(user, day)} - {None}
        for table in ("cardtask", "promise"):
            own = {key for key, row in self.raw[table].items() if row["owner_id"] in seats}
            reports = self.raw[f"{table}report"].items()
            told = {key: row for key, row in reports if row["about_id"] in own}
            found |= self.of(table, own) | self.of(f"{table}report", told)
            found |= self.of("user", {row["actor_id"] for row in told.values()})
        return found

    def planned_units(self, handovers: Iterable[int]) -> set[int]:
        """The units among the nodes of a round."""
        regions = {self.raw["handover"][key]["region"] for key in handovers}
        return {key for key, row in self.raw["orgunit"].items() if row["code"] in regions}

    def names_of_territories(self, keys: set[int]) -> set[str]:
        """Territories with their unit, their seats and who ever sat there, and their places."""
        raw = self.raw
        seats = {row["position_id"] for row in raw["territoryowner"].values() if row["territory_id"] in keys}
        people = {row["person_id"] for row in raw["assignment"].values() if row["position_id"] in seats}
        places = {row["unit_id"] for row in raw["alignmentunit"].values() if row["territory_id"] in keys}
        units = {raw["territory"][key]["org_unit_id"] for key in keys}
        return (
            self.of("territory", keys) | self.of("position", seats) | self.of("person", people)
            | self.of("basicunit", places) | self.of("orgunit", units)
        )  # fmt: skip

    def past_territories(self, customers: Iterable[int]) -> set[int]:
        places = {self.raw["customer"][key]["unit_id"] for key in customers}
        return {row["territory_id"] for row in self.raw["alignmentunit"].values() if row["unit_id"] in places}

    def beside_organisation(self, seen: dict[str, frozenset[int]], person: int | None) -> set[str]:
        """Who ever held a seat one may see, above which unit one hangs, the people of accounts."""
        raw, found = self.raw, set()
        found |= self.of("orgunit", [raw["position"][key]["org_unit_id"] for key in seen["position"]])
        units = seen["orgunit"]
        found |= self.of("position", [k for k, row in raw["position"].items() if row["org_unit_id"] in units])
        held = [
            row["person_id"]
            for row in raw["assignment"].values()
            if row["position_id"] in seen["position"]
            or raw["position"][row["position_id"]]["org_unit_id"] in units
        ]
        found |= self.of("person", held)
        found |= self.of(
            "orgunit", [r["parent_id"] for r in raw["orglink"].values() if r["unit_id"] in units]
        )
        own = [row["position_id"] for row in raw["assignment"].values() if row["person_id"] == person]
        found |= self.of("position", own) | self.of(
            "orgunit", [raw["position"][key]["org_unit_id"] for key in own]
        )
        if seen["user"]:
            found |= self.of("apitoken", raw["apitoken"])
            found |= (
                self.of("person", raw["person"])
                | self.of("position", raw["position"])
                | self.of("orgunit", raw["orgunit"])
            )
        return found

    def public(self, user: int, day: date) -> set[str]:
        """What is the same for everybody with a right: places, product lines, channels, alignments, plans."""
        may, raw, found = self.oracle.may, self.raw, set()
        if may(user, day, "customer", "view") or may(user, day, "territory", "view"):
            found |= self.of("basicunit", raw["basicunit"])
        if (
            may(user, day, "actual", "view")
            or may(user, day, "target", "view")
            or may(user, day, "order", "view")
        ):
            found |= self.of("productline", raw["productline"]) | self.of("product", raw["product"])
            found |= self.of("channel", raw["channel"])
        if may(user, day, "actual", "view"):
            everything = self.oracle.reach(user, day, "actual", "view").everything
            inside = self.territories(user, day)
            found |= self.of(
                "customer", [line.customer for line in self.lines if everything or line.territory in inside]
            )
            found |= self.names_of_territories(inside) | self.of("orgunit", self.above(user, day))
        if may(user, day, "alignment", "view"):
            found |= self.of("alignment", raw["alignment"])
            found |= self.of("user", [row["created_by_id"] for row in raw["alignment"].values()])
        elif may(user, day, "territory", "view"):
            dated = [key for key, row in raw["alignment"].items() if row["state"] in ("active", "retired")]
            found |= self.of("alignment", dated)
        if may(user, day, "dealer", "view"):
            dealers = {row["user_id"] for row in raw["dealeraccess"].values()}
            dealers |= {row["user_id"] for row in raw["rolegrant"].values() if row["role"] == "dealer"}
            found |= self.of("user", dealers)
        if may(user, day, "target", "view"):
            found |= self.of("user", [row["created_by_id"] for row in raw["plan"].values()])
            found |= self.of("lock", raw["lock"]) | self.of(
                "user", [row["owner_id"] for row in raw["lock"].values()]
            )
        return found

    def territories(self, user: int, day: date) -> set[int]:
        """Whose figures one may read: of today's tree, and of the tree that the plan of the year keeps."""
        resources = ("actual", "order", "target", "territory")
        found = {key for name in resources for key in self.oracle.sees(user, day, "territory", name, "view")}
        for resource in ("actual", "target"):
            found |= self.oracle.planned(user, day, resource, "view", PLAN_DAY)
        return found

    def above(self, user: int, day: date) -> set[int]:
        """The units above those one answers for: where one stands in the company."""
        raw = self.raw
        found = {seat.unit for seat in self.oracle.seats(user, day)}
        territories = self.oracle.sees(user, day, "territory", "actual", "view")
        found |= {raw["territory"][key]["org_unit_id"] for key in territories}
        while more := {r["parent_id"] for r in raw["orglink"].values() if r["unit_id"] in found} - found:
            found |= more
        return found

    def _figures(self, user: int, day: date) -> set[int]:
        """Amounts of territories in reach; of lines of customers a dealer buys for; prices for who sees products."""
        oracle = self.oracle
        of_territories = self.territories(user, day)
        is_all = oracle.reach(user, day, "actual", "view").everything
        customers = oracle.sees(user, day, "customer", "order", "view")
        found = set()
        for fen, (kind, *keys) in self.owners.items():  # type: ignore[misc]
            if kind == "price":
                is_known = oracle.may(user, day, "product", "view")
            elif kind == "line":
                is_dealer = oracle.reach(user, day, "order", "view").is_dealer
                is_known = is_all or keys[0] in of_territories or (is_dealer and keys[1] in customers)
            else:
                is_known = is_all or not of_territories.isdisjoint(keys)
            if is_known:
                found.add(fen)
        return found
