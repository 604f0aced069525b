"""The pages, exports and API operations that every object has: list, search, filter, detail, history, form, delete."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from tests.authorization.questions import Case, Topic
from tests.authorization.reading import counted, first_cells, json_of, linked
from tests.authorization.rights import TABLE, UNWRITTEN
from tests.authorization.site import Answer, Ask, Site

NEW = "kqz99999"
"""The mark of rows and names that requests make up."""


class Kind(NamedTuple):
    """An object: its address, its table, the resource of its rights, the field in which a mark is looked for."""

    path: str
    table: str
    resource: str
    name: str = "code"
    sql: str = ""


KINDS = (
    Kind("org-units", "orgunit", "org_unit", sql="people_orgunit"),
    Kind("positions", "position", "position", sql="people_position"),
    Kind("people", "person", "person", sql="people_person"),
    Kind("product-lines", "productline", "product", sql="catalog_productline"),
    Kind("products", "product", "product", sql="catalog_product"),
    Kind("channels", "channel", "channel", sql="catalog_channel"),
    Kind("calendar-days", "calendarday", "calendar", "name", sql="calendar_calendarday"),
    Kind("territories/list", "territory", "territory", sql="territories_territory"),
    Kind("customers", "customer", "customer", sql="customers_customer"),
    Kind("alert-rules", "alertrule", "alert_rule", sql="monitoring_alertrule"),
)
EDITED = {"version", "name"}
FORBIDDEN = {
    "id": "1",
    "pk": "1",
    "user": "1",
    "user_id": "1",
    "actor": "1",
    "is_everything": "1",
    "created_by": "1",
}
"""Fields that no form has; a product that took them would let a caller write what is not his."""


def topics() -> Iterator[Topic]:
    for kind in KINDS:
        yield from reading_topics(kind)
        yield from writing_topics(kind)
        yield from api_topics(kind)
    yield from creating_topics()
    yield from personal_topics()
    yield from writable_topics()


def row(site: Site, kind: Kind, case: Case) -> Any:
    assert case.pk is not None
    return site.raw[kind.table][case.pk]


def reached(kind: Kind, action: str, site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    return site.oracle.sees(user, case.day, kind.table, kind.resource, action)


def listed(kind: Kind, site: Site, answer: Answer) -> tuple[frozenset[int], int]:
    return frozenset(linked(kind.path, answer.text)), counted(answer.text)


def whole_list(kind: Kind, site: Site, case: Case) -> tuple[frozenset[int], int]:
    rows = reached(kind, "view", site, case)
    return rows, len(rows)


def found_list(kind: Kind, site: Site, case: Case) -> tuple[frozenset[int], int]:
    rows = reached(kind, "view", site, case) & {case.pk}
    return rows, len(rows)


def reading_topics(kind: Kind) -> Iterator[Topic]:
    base, view = f"{kind.path}/", ((kind.resource, "view"),)
    get = partial(Topic, method="GET", rights=view)
    yield get(
        f"{base} list", base, ask=lambda s, c: Ask("GET", f"/{base}?user=1&as=1"), ids=partial(listed, kind),
        expected=partial(whole_list, kind), weight=3,
    )  # fmt: skip
    yield get(
        f"{base} table", base, ask=lambda s, c: Ask("GET", f"/{base}?sort=-name", headers={"HX-Request": "true"}),
        ids=partial(listed, kind), expected=partial(whole_list, kind), weight=2,
        refused="part",
    )  # fmt: skip
    yield get(
        f"{base} search", base, objects=lambda s: s.raw[kind.table], weight=6,
        ask=lambda s, c: Ask("GET", f"/{base}?q={s.raw.mark(kind.table, c.pk, kind.name)}"),  # type: ignore[index]
        ids=partial(listed, kind), expected=partial(found_list, kind),
    )  # fmt: skip
    yield Topic(
        f"{base}export/", f"{base}export/", "GET", ((kind.resource, "export"),),
        ask=lambda s, c: Ask("GET", f"/{base}export/"), weight=3,
        ids=lambda s, a: first_cells(s, kind.table, a, kind.name, "A" if kind.name == "code" else "B"),
        expected=lambda s, c: reached(kind, "export", s, c),
    )  # fmt: skip
    yield get(
        f"{base}choices/<str:field>/ place", f"{base}choices/<str:field>/", weight=1,
        ask=lambda s, c: Ask("GET", f"/{base}choices/{PLACE_FIELD.get(kind.path, OTHER_FIELD.get(kind.path, 'code'))}/"),
        status=frozenset({200 if kind.path in PLACE_FIELD else 404}),
    )  # fmt: skip
    one = partial(get, table=kind.table, weight=10)
    yield one(f"{base}<int:pk>/ detail", f"{base}<int:pk>/", ask=lambda s, c: Ask("GET", f"/{base}{c.pk}/"))
    yield one(
        f"{base}<int:pk>/ history", f"{base}<int:pk>/", ask=lambda s, c: Ask("GET", f"/{base}{c.pk}/?tab=history"),
        status=frozenset({200, 404}),
    )  # fmt: skip


PLACE_FIELD = {"customers": "unit", "territories/list": "home"}
"""Fields whose many choices everybody may look up."""
OTHER_FIELD = {"positions": "org_unit", "org-units": "parent", "products": "line"}
"""Fields whose choices are rows with a scope: they have no such address."""


def posted(kind: Kind, site: Site, case: Case, *, ahead: int = 0, **given: str) -> Ask:
    version = row(site, kind, case)["version"] + ahead
    form = {"name": f"改{NEW}", "version": str(version), **FORBIDDEN, **given}
    return Ask("POST", f"/{kind.path}/{case.pk}/edit/", form=form)


def only_name(kind: Kind, site: Site, case: Case, answer: Answer) -> str:
    """The name and the version changed, and nothing else of the row."""
    changed = answer.changed.get(kind.sql, {})
    if set(changed) - {case.pk}:
        return f"wrote {sorted(map(str, changed))} instead of {case.pk}"
    columns = set(changed.get(case.pk, {}))
    is_certain = kind.table != "orgunit"
    if columns - EDITED or (is_certain and columns != EDITED):
        return f"wrote {sorted(columns)}"
    return ""


def nothing_written(kind: Kind, site: Site, case: Case, answer: Answer) -> str:
    return f"wrote {answer.changed}" if answer.changed else ""


def writing_topics(kind: Kind) -> Iterator[Topic]:
    edit, delete = f"{kind.path}/<int:pk>/edit/", f"{kind.path}/<int:pk>/delete/"
    may_edit, may_delete = ((kind.resource, "edit"),), ((kind.resource, "delete"),)
    one = partial(Topic, table=kind.table, weight=7)
    yield one(
        f"{edit} form", edit, "GET", may_edit, ask=lambda s, c: Ask("GET", f"/{kind.path}/{c.pk}/edit/")
    )
    yield one(
        f"{edit} save", edit, "POST", may_edit, ask=partial(posted, kind), status=frozenset({200, 302}), writes=True,
        effect=partial(only_name, kind),
    )  # fmt: skip
    yield one(
        f"{edit} stale", edit, "POST", may_edit, ask=partial(posted, kind, ahead=7), writes=True, weight=3,
        effect=partial(nothing_written, kind),
    )  # fmt: skip
    yield one(
        f"{edit} without token", edit, "POST", (), is_public=True, status=frozenset({403}), weight=1,
        ask=lambda s, c: Ask("POST", f"/{kind.path}/{c.pk}/edit/", form={"name": NEW}, with_csrf=False),
    )  # fmt: skip
    yield one(
        f"{delete} ask",
        delete,
        "GET",
        may_delete,
        ask=lambda s, c: Ask("GET", f"/{kind.path}/{c.pk}/delete/"),
    )
    yield one(
        f"{delete} do", delete, "POST", may_delete, status=frozenset({200, 302}), writes=True,
        ask=lambda s, c: Ask("POST", f"/{kind.path}/{c.pk}/delete/", form={}),
    )  # fmt: skip


def api_rows(site: Site, answer: Answer) -> tuple[frozenset[int], int]:
    found: Any = json_of(answer)
    return frozenset(item["id"] for item in found["items"]), found["count"]


def api_topics(kind: Kind) -> Iterator[Topic]:
    base, one = f"api/{kind.path}/", f"api/{kind.path}/<int:pk>"
    api = partial(Topic, refused="api")
    yield api(
        f"{base} list", base, "GET", ((kind.resource, "view"),), ask=lambda s, c: Ask("GET", f"/{base}"), weight=3,
        ids=api_rows, expected=partial(whole_list, kind),
    )  # fmt: skip
    yield api(
        f"{base} search", base, "GET", ((kind.resource, "view"),), objects=lambda s: s.raw[kind.table], weight=6,
        ask=lambda s, c: Ask("GET", f"/{base}?q={s.raw.mark(kind.table, c.pk, kind.name)}"),  # type: ignore[index]
        ids=api_rows, expected=partial(found_list, kind),
    )  # fmt: skip
    row_api = partial(api, table=kind.table, weight=8)
    yield row_api(
        f"{one} read", one, "GET", ((kind.resource, "view"),), ask=lambda s, c: Ask("GET", f"/{base}{c.pk}")
    )
    yield row_api(
        f"{one} change", one, "PATCH", ((kind.resource, "edit"),), status=frozenset({200, 409, 422}), writes=True,
        ask=lambda s, c: Ask("PATCH", f"/{base}{c.pk}", body={"name": f"改{NEW}", "version": row(s, kind, c)["version"]}),
        effect=partial(only_name, kind),
    )  # fmt: skip
    yield row_api(
        f"{one} change too much", one, "PATCH", ((kind.resource, "edit"),), status=frozenset({422}), weight=3,
        ask=lambda s, c: Ask("PATCH", f"/{base}{c.pk}", body={"version": row(s, kind, c)["version"], **FORBIDDEN}),
    )  # fmt: skip
    yield row_api(
        f"{one} change without token", one, "PATCH", (), is_public=True, status=frozenset({401, 403}), weight=1,
        ask=lambda s, c: Ask("PATCH", f"/{base}{c.pk}", body={"name": NEW, "version": 1}, with_csrf=False),
    )  # fmt: skip
    yield row_api(
        f"{one} delete", one, "DELETE", ((kind.resource, "delete"),), status=frozenset({204, 409}), writes=True,
        ask=lambda s, c: Ask("DELETE", f"/{base}{c.pk}"),
    )  # fmt: skip


class Making(NamedTuple):
    """How a new row is asked for: the field that names another row, and that row's table."""

    kind: int
    field: str
    parent: str
    given: dict[str, str]
    must_succeed: bool


MAKING = (
    Making(0, "parent", "orgunit", {"kind": "team", "sort_order": "9"}, must_succeed=False),
    Making(1, "org_unit", "orgunit", {"role": "salesperson", "valid_from": "2026-01-01"}, must_succeed=False),
    Making(2, "", "", {}, must_succeed=False),
    Making(3, "", "", {"sort_order": "9"}, must_succeed=True),
    Making(4, "line", "productline", {}, must_succeed=True),
    Making(5, "", "", {"sort_order": "9"}, must_succeed=True),
    Making(
        6, "", "", {"day": "2026-12-25", "is_working": "false", "is_provisional": "false"}, must_succeed=True
    ),
    Making(7, "org_unit", "orgunit", {"valid_from": "2026-01-01"}, must_succeed=True),
    Making(8, "unit", "basicunit", {"kind": "other", "tier": "c"}, must_succeed=False),
    Making(9, "org_unit", "orgunit", {"kind": "pace"}, must_succeed=True),
)


def fields_of_new(making: Making, site: Site, case: Case) -> dict[str, str]:
    given = {"name": f"新{NEW}", **making.given}
    if KINDS[making.kind].name == "code":
        given["code"] = f"N{NEW}"
    if making.field:
        assert case.pk is not None
        given[making.field] = site.raw[making.parent][case.pk]["code"]
    return given


def made_in_reach(making: Making, action: str, site: Site, case: Case, answer: Answer) -> str:
    """A row may be made only below what the right reaches."""
    kind = KINDS[making.kind]
    user = site.accounts[case.account]
    assert user is not None
    made = set(answer.changed.get(kind.sql, {})) - set(site.raw[kind.table])
    reach = site.oracle.reach(user, case.day, kind.resource, action)
    if reach.everything or not making.field or making.parent == "productline":
        is_inside = reach.everything or making.parent == "productline" or kind.table not in ("person",)
    elif making.parent == "orgunit":
        is_inside = case.pk in reach.units
    else:
        place = site.oracle.territory_of_place(case.pk, case.day)
        is_inside = place in site.oracle.sees(user, case.day, "territory", kind.resource, action)
    if made and not is_inside:
        return f"made {kind.table} below {making.parent} {case.pk} out of reach"
    if not made and is_inside and making.must_succeed:
        return f"made nothing below {making.parent} {case.pk}"
    return ""


def creating_topics() -> Iterator[Topic]:
    for making in MAKING:
        kind = KINDS[making.kind]
        new, base, right = f"{kind.path}/new/", f"api/{kind.path}/", ((kind.resource, "create"),)
        objects = (lambda s, making=making: s.raw[making.parent]) if making.parent else None
        yield Topic(
            f"{new} form", new, "GET", right, ask=lambda s, c, new=new: Ask("GET", f"/{new}"), weight=2
        )
        yield Topic(
            f"{new} save", new, "POST", right, objects=objects, status=frozenset({200, 302}), writes=True, weight=4,
            ask=lambda s, c, new=new, making=making: Ask("POST", f"/{new}", form={**FORBIDDEN, **fields_of_new(making, s, c)}),
            effect=partial(made_in_reach, making, "create"), shows=lambda s, c: {NEW},
        )  # fmt: skip
        yield Topic(
            f"{base} create", base, "POST", right, objects=objects, status=frozenset({201, 409, 422}), writes=True,
            ask=lambda s, c, base=base, making=making: Ask("POST", f"/{base}", body=fields_of_new(making, s, c)),
            effect=partial(made_in_reach, making, "create"), refused="api", weight=4,
        )  # fmt: skip


def unwritten(site: Site, case: Case, answer: Answer) -> str:
    """The class of a customer and the territory it is named for are not for managers of a part to write."""
    user = site.accounts[case.account]
    assert user is not None
    writing = {
        role for role in site.oracle.roles(user, case.day) if "edit" in TABLE[role].get("customer", ())
    }
    barred = [set(UNWRITTEN.get((role, "customer"), ())) for role in writing]
    columns = set(answer.changed.get("customers_customer", {}).get(case.pk, {}))
    if found := columns & {
        f"{name}_id" if name.startswith("terr") else name for name in set.intersection(*barred)
    }:
        return f"wrote {sorted(found)}"
    return ""


def writable_topics() -> Iterator[Topic]:
    kind = KINDS[8]
    yield Topic(
        "customers/<int:pk>/edit/ too much", "customers/<int:pk>/edit/", "POST", (("customer", "edit"),), table="customer",
        status=frozenset({200, 302}), writes=True, effect=unwritten, weight=4,
        ask=lambda s, c: posted(kind, s, c, tier="a", territory_override=s.world.territories["own-b"].code),
    )  # fmt: skip


def personal_topics() -> Iterator[Topic]:
    """Personal data are neither found nor sorted by; a filter takes only rows in reach."""
    for kind, column in (
        (KINDS[2], "phone"),
        (KINDS[8], "phone"),
        (KINDS[8], "address"),
        (KINDS[2], "email"),
    ):
        yield Topic(
            f"{kind.path}/ search by {column}", f"{kind.path}/", "GET", ((kind.resource, "view"),), weight=3,
            objects=lambda s, kind=kind: s.raw[kind.table],
            ask=lambda s, c, kind=kind, column=column: Ask(
                "GET", f"/{kind.path}/?q={s.raw.mark(kind.table, c.pk, column)}"
            ),
            ids=partial(listed, kind), expected=lambda s, c: (frozenset(), 0),
        )  # fmt: skip
    people = KINDS[2]
    yield Topic(
        "people/ sort by phone", "people/", "GET", (("person", "view"),), weight=2,
        ask=lambda s, c: Ask("GET", "/people/?sort=-phone"), ids=lambda s, a: linked("people", a.text),
        expected=lambda s, c: tuple(sorted(reached(people, "view", s, c), key=lambda pk: s.raw["person"][pk]["code"])),
    )  # fmt: skip
    for kind, fields in ((KINDS[1], "org_unit"), (KINDS[7], "org_unit")):
        yield Topic(
            f"{kind.path}/ filter", f"{kind.path}/", "GET", ((kind.resource, "view"),), weight=4,
            objects=lambda s: s.raw["orgunit"],
            ask=lambda s, c, kind=kind, fields=fields: Ask("GET", f"/{kind.path}/?{fields}={s.raw['orgunit'][c.pk]['code']}"),
            ids=partial(listed, kind), expected=partial(filtered, kind),
        )  # fmt: skip


def filtered(kind: Kind, site: Site, case: Case) -> tuple[frozenset[int], int]:
    """The rows of a unit; none of a unit the caller does not reach."""
    user = site.accounts[case.account]
    assert user is not None
    reach = site.oracle.reach(user, case.day, kind.resource, "view")
    inside = reach.everything or case.pk in reach.units
    rows = {
        pk for pk in reached(kind, "view", site, case) if site.raw[kind.table][pk]["org_unit_id"] == case.pk
    }
    return (frozenset(rows), len(rows)) if inside else (frozenset(), 0)
