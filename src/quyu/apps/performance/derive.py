"""Master data that an order file implies: the customers, products, channels, people and regions it names.

A thing the file gives a code is created under it; one known only by name takes the name as its code.
Everything is derived from all rows of the file, so the order of the rows does not matter.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from quyu.analytics.connection import connect
from quyu.apps.customers.models import Customer
from quyu.apps.performance import resolution
from quyu.apps.performance.salespeople import salespeople
from quyu.platform.audit import services as audit
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports.kinds import Label
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgLink, OrgUnit, Person, User

KINDS = ("customers", "products", "channels", "people", "regions")
LABELS: Mapping[str, Label] = {
    "customers": _("客户"),
    "products": _("产品"),
    "channels": _("渠道"),
    "people": _("业务员"),
    "regions": _("区域"),
}
UNSORTED_LINE = "未分类"
HEAD_OFFICE = ("HQ", "总部")


def missing_master(table: pa.Table) -> dict[str, list[str]]:
    """What the parsed orders name that does not exist: kind -> texts, sorted."""
    found = {
        "customers": resolution.customers(table),
        "products": resolution.products(table),
        "channels": resolution.channels(table),
        "regions": resolution.regions(table),
    }
    missing = {kind: sorted(r.texts.values[index] for index in r.unknown) for kind, r in found.items()}
    return missing | {"people": sorted(salespeople(table).unknown_texts())}


@transaction.atomic
def create_missing(
    table: pa.Table, *, kinds: Collection[str], actor: User | None, at: datetime
) -> dict[str, int]:
    """Create what `kinds` allows and the file names; return how many of each."""
    missing = missing_master(table)
    makers: dict[str, Callable[[list[str], pa.Table], int]] = {
        "channels": _create_channels,
        "products": _create_products,
        "customers": _create_customers,
        "people": _create_people,
        "regions": _create_regions,
    }
    created = {
        kind: make(missing[kind], table) for kind, make in makers.items() if kind in kinds and missing[kind]
    }
    if created and actor is not None:
        audit.record(actor=actor, verb="derive", subject=actor, label=str(actor), detail=created, at=at)
    return created


def _create_channels(texts: list[str], _table: pa.Table) -> int:
    rows = [Channel(code=text[: resolution.SHORT_CODE_LENGTH], name=text[:80]) for text in texts]
    return len(bulk_create_with_history(rows, Channel, batch_size=500))


def _create_products(texts: list[str], table: pa.Table) -> int:
    """A product takes the name, line and sub-category its lines most often have."""
    said = _said(table, resolution.SOURCES["products"], ("product_name", "line_name", "category"))
    names = {said[text]["line_name"] or UNSORTED_LINE for text in texts}
    lines = {line.name: line for line in ProductLine.objects.filter(name__in=names)}
    new = [
        ProductLine(code=name[: resolution.SHORT_CODE_LENGTH], name=name[:80])
        for name in sorted(names - set(lines))
    ]
    lines |= {line.name: line for line in bulk_create_with_history(new, ProductLine)}
    rows = [
        Product(
            code=resolution.new_code(text),
            name=(said[text]["product_name"] or text)[:200],
            line=lines[(said[text]["line_name"] or UNSORTED_LINE)],
            category=(said[text]["category"] or "")[:80],
        )
        for text in texts
    ]
    return len(bulk_create_with_history(rows, Product, batch_size=500))


def _create_customers(texts: list[str], table: pa.Table) -> int:
    """A customer is where most of its lines say it is; without a known place it stays unplaced."""
    said = _said(
        table,
        resolution.SOURCES["customers"],
        ("customer_name", "province", "city", "county", "channel_code"),
    )
    first = _first_days(table, resolution.SOURCES["customers"])
    units = _units(said, texts)
    channels = {channel.code: channel for channel in Channel.objects.all()} | {
        c.name: c for c in Channel.objects.all()
    }
    rows = [
        Customer(
            code=resolution.new_code(text),
            name=(said[text]["customer_name"] or text)[:200],
            channel=channels.get(said[text]["channel_code"] or ""),
            unit=unit,
            opened_on=first[text],
        )
        for text, unit in zip(texts, units, strict=True)
    ]
    return len(bulk_create_with_history(rows, Customer, batch_size=500))


def _units(said: Mapping[str, Mapping[str, str | None]], texts: list[str]) -> list[BasicUnit | None]:
    places = [(said[text]["province"], said[text]["city"], said[text]["county"], None) for text in texts]
    codes = geography.place_many(places)
    units = BasicUnit.objects.in_bulk({code for code in codes if code}, field_name="code")
    return [units.get(code or "") for code in codes]


def _create_people(texts: list[str], table: pa.Table) -> int:
    first = _first_days(table, resolution.SOURCES["people"])
    rows = [
        Person(code=text[: resolution.SHORT_CODE_LENGTH], name=text[:80], joined_on=first[text])
        for text in texts
    ]
    return len(bulk_create_with_history(rows, Person, batch_size=500))


def _create_regions(texts: list[str], table: pa.Table) -> int:
    """New regions hang below the head office, which is made if there is none."""
    root = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk").first()
    root = root or OrgUnit.objects.create(code=HEAD_OFFICE[0], name=HEAD_OFFICE[1], kind=OrgKind.HEAD_OFFICE)
    start: date = pc.min(table["ordered_on"]).as_py()
    units = [OrgUnit(code=t[: resolution.SHORT_CODE_LENGTH], name=t[:80], kind=OrgKind.AREA) for t in texts]
    made = bulk_create_with_history(units, OrgUnit)
    bulk_create_with_history([OrgLink(unit=unit, parent=root, valid_from=start) for unit in made], OrgLink)
    people.rebuild_closure()
    return len(made)


def _keyed(table: pa.Table, source: tuple[str, ...], columns: tuple[str, ...]) -> pa.Table:
    texts = resolution.texts_of(table, source)
    keys = pa.array(texts.values, pa.string()).take(pa.array(texts.indices, mask=texts.indices < 0))
    empty = pa.nulls(table.num_rows, pa.string())
    given = {name: table[name].cast(pa.string()) if name in table.column_names else empty for name in columns}
    return pa.table({"key": keys, "ordered_on": table["ordered_on"], **given})


def _said(
    table: pa.Table, source: tuple[str, ...], columns: tuple[str, ...]
) -> dict[str, dict[str, str | None]]:
    """Per key: the combination of values its rows most often give (ties: the later, then the greater)."""
    names = ", ".join(columns)
    with connect() as connection:
        connection.register("said", _keyed(table, source, columns))
        rows = connection.execute(
            f"SELECT key, {names} FROM said WHERE key IS NOT NULL GROUP BY key, {names} "  # nosec B608
            "QUALIFY row_number() OVER (PARTITION BY key "
            f"ORDER BY count(*) DESC, max(ordered_on) DESC, {', '.join(f'{name} DESC NULLS LAST' for name in columns)}) = 1"
        ).fetchall()
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}


def _first_days(table: pa.Table, source: tuple[str, ...]) -> dict[str, date]:
    """Per key: its earliest order date."""
    keyed = _keyed(table, source, ())
    grouped = keyed.group_by("key").aggregate([("ordered_on", "min")])
    return dict(zip(grouped["key"].to_pylist(), grouped["ordered_on_min"].to_pylist(), strict=True))
