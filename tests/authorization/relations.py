"""How an account stands to a row on a day, in one word: only to draw every relation, never to decide."""

from datetime import timedelta

from tests.authorization.questions import Case, Topic
from tests.authorization.site import Site

RELATIONS = (
    "own", "colleague's", "below", "beside", "above", "other region", "moved in today", "moved out today",
    "moves tomorrow", "left", "future", "everywhere", "none",
)  # fmt: skip


def relation(topic: Topic, site: Site, case: Case) -> str:
    """`none` where the question is about no row or nobody asks."""
    user = site.accounts[case.account]
    if (
        user is None
        or case.pk is None
        or topic.table not in ("customer", "territory", "person", "position", "orgunit")
    ):
        return "none"
    oracle, day = site.oracle, case.day
    person = oracle.person_of.get(user)
    if oracle.has_left(person, day):
        return "left"
    yesterday, today, tomorrow, later = (
        reached(site, user, topic.table, day + timedelta(days), case.pk) for days in (-1, 0, 1, 30)
    )
    if today != yesterday:
        return "moved in today" if today else "moved out today"
    if today != tomorrow:
        return "moves tomorrow"
    if later and not today:
        return "future"
    seats = oracle.seats(user, day)
    if today:
        if any(site.raw["orgunit"][seat.unit]["kind"] == "head_office" for seat in seats):
            return "everywhere"
        return "own" if unit_of(site, topic.table, case) in {seat.unit for seat in seats} else "below"
    return outside(site, topic.table, case, {seat.unit for seat in seats})


def reached(site: Site, user: int, table: str, day: object, pk: int) -> bool:
    resource = {"orgunit": "org_unit"}.get(table, table)
    return pk in site.oracle.sees(user, day, table, resource, "view")  # type: ignore[arg-type]


def unit_of(site: Site, table: str, case: Case) -> int | None:
    """The org unit a row lies in on the day."""
    row = site.raw[table][case.pk or 0]
    if table == "orgunit":
        return case.pk
    if table == "customer":
        territory = site.oracle.territory_of(row, case.day)
        return int(site.raw["territory"][territory]["org_unit_id"]) if territory else None
    if table == "person":
        seats = [r["position_id"] for r in site.raw["assignment"].values() if r["person_id"] == case.pk]
        return int(site.raw["position"][seats[0]]["org_unit_id"]) if seats else None
    return int(row["org_unit_id"])


def outside(site: Site, table: str, case: Case, mine: set[int]) -> str:
    """Where a row out of reach lies, seen from the units of one's seats."""
    there = unit_of(site, table, case)
    if there is None or not mine:
        return "none"
    if there in mine:
        return "colleague's"
    above = {row["unit_id"]: row["parent_id"] for row in site.raw["orglink"].values()}
    if any(there == above.get(unit) for unit in mine):
        return "above"
    if any(above.get(there) == above.get(unit) for unit in mine):
        return "beside"
    return "other region"
