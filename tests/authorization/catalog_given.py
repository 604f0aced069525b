"""What a seat was given to do: the list, a task or a decision, and the report; for its holder and who reaches the source."""

import re
from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Answer, Ask, Site

SOURCES = {"cardtask": ("pdcacard", "card_id", "alert"), "promise": ("meeting", "meeting_id", "meeting")}
"""Table -> the table it comes from, the link, the resource of that table."""
HOME = (("home", "view"),)


def topics() -> Iterator[Topic]:
    yield Topic(
        "given/", "given/", "GET", HOME, ask=lambda s, c: Ask("GET", "/given/"), ids=listed, expected=own,
        shows=source_of_own, weight=6,
    )  # fmt: skip
    for table, path in (("cardtask", "tasks"), ("promise", "decisions")):
        route = f"given/{path}/<int:pk>/"
        yield Topic(
            route, route, "GET", HOME, objects=lambda s, table=table: s.raw[table], open_to=partial(reached, table),
            ask=lambda s, c, path=path: Ask("GET", f"/given/{path}/{c.pk}/"), shows=partial(told, table), weight=6,
        )  # fmt: skip
        route = f"given/{path}/<int:pk>/report/"
        form = {"kind": "done", "text": NEW, "version": "1"}
        yield Topic(
            route, route, "POST", HOME, objects=lambda s, table=table: s.raw[table], open_to=partial(held, table),
            ask=lambda s, c, path=path, form=form: Ask("POST", f"/given/{path}/{c.pk}/report/", form=form),
            status=frozenset({302}), writes=True, weight=5,
        )  # fmt: skip


def seats(site: Site, case: Case) -> set[int | None]:
    user = site.accounts[case.account]
    assert user is not None
    return {seat.position for seat in site.oracle.seats(user, case.day)} - {None}


def held(table: str, site: Site, case: Case) -> int | None:
    """Nobody but the holder reports."""
    return None if site.raw[table][case.pk or 0]["owner_id"] in seats(site, case) else 404


def reached(table: str, site: Site, case: Case) -> int | None:
    """The holder, and who reaches the card or meeting."""
    above, link, resource = SOURCES[table]
    user = site.accounts[case.account]
    assert user is not None
    is_seen = site.raw[table][case.pk or 0][link] in site.oracle.sees(user, case.day, above, resource, "view")
    return None if is_seen else held(table, site, case)


def told(table: str, site: Site, case: Case) -> set[str]:
    """Where it comes from in words: the place and the problem of the card, the unit of the meeting; its seat, who sits there."""
    above, link, _resource = SOURCES[table]
    row = site.raw[table][case.pk or 0]
    source = site.raw[above][row[link]]
    found = site.seen.of("orgunit", [source["org_unit_id"]]) | site.seen.of("position", [row["owner_id"]])
    sitting = {
        one["person_id"] for one in site.raw["assignment"].values() if one["position_id"] == row["owner_id"]
    }
    found |= site.seen.of("person", sitting)
    if above == "pdcacard":
        found |= site.raw.marks_of[above, row[link]]["problem"]
        found |= site.seen.of("territory", [source["territory_id"]])
    return found


def mine(site: Site, case: Case) -> set[tuple[str, int]]:
    mine_are = seats(site, case)
    return {
        (table, pk) for table in SOURCES for pk, row in site.raw[table].items() if row["owner_id"] in mine_are
    }


def own(site: Site, case: Case) -> frozenset[tuple[str, int]]:
    """Nothing of the world is settled."""
    return frozenset(mine(site, case))


def source_of_own(site: Site, case: Case) -> set[str]:
    return {
        mark for table, pk in mine(site, case) for mark in told(table, site, Case(case.account, case.day, pk))
    }


def listed(_site: Site, answer: Answer) -> frozenset[tuple[str, int]]:
    names = {"tasks": "cardtask", "decisions": "promise"}
    found = re.findall(r'href="/given/(tasks|decisions)/(\d+)/"', answer.text)
    return frozenset((names[kind], int(pk)) for kind, pk in found)
