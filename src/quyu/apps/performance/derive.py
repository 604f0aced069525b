"""Master data that an order file implies: the customers, products, channels, people and regions it names.

A thing the file gives a code is created under it; one known only by name takes the name as its code.
Everything is derived from all rows of the file, so the order of the rows does not matter.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from quyu.analytics.connection import connect
from quyu.apps.customers.models import Customer
from quyu.apps.performance import resolution
from quyu.apps.performance.salespeople import Salespeople, salespeople
from quyu.kernel.refusal import Refusal
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
LOOKS: Mapping[str, Callable[[pa.Table], resolution.Resolution | Salespeople]] = {
    "customers": resolution.customers,
    "products": resolution.products,
    "channels": resolution.channels,
    "regions": resolution.regions,
    "people": salespeople,
}
MODELS: Mapping[str, type[Model]] = {
    "customers": Customer,
    "products": Product,
    "channels": Channel,
    "people": Person,
    "regions": OrgUnit,
}
SAID = {
    "customers": ("customer_name", "province", "city", "county", "channel_code"),
    "products": ("product_name", "line_name", "category"),
}


Said = Mapping[str, Mapping[str, str | None]]
"""What the lines of each thing most often say about it, by its text."""


class MasterChanged(Refusal):
    def __init__(self, text: str) -> None:
        super().__init__(
            "master_changed",
            "核对之后主数据有变化，“{text}”现在另有所指，没有写入任何数据；请重新核对后再导入。",
            text=text,
        )


@dataclass(frozen=True)
class Implied:
    """What the parsed orders name and nobody knows: kind -> texts, sorted, with what their lines say.

    Made before the transaction which creates it, so that the lines themselves are not needed there.
    """

    missing: Mapping[str, list[str]]
    said: Mapping[str, Said]
    first_days: Mapping[str, Mapping[str, date]]
    starts_on: date


def implied(table: pa.Table, kinds: Collection[str]) -> Implied:
    """The new master data of `kinds` in the parsed orders."""
    texts = {kind: sorted(LOOKS[kind](table).unknown_texts()) for kind in KINDS if kind in kinds}
    missing = {kind: names for kind, names in texts.items() if names}
    return Implied(
        missing,
        {
            kind: _said(table, kind, columns, missing[kind])
            for kind, columns in SAID.items()
            if kind in missing
        },
        {kind: _first_days(table, kind) for kind in ("customers", "people") if kind in missing},
        pc.min(table["ordered_on"]).as_py(),
    )


@transaction.atomic
def create(new: Implied, *, actor: User | None, at: datetime) -> dict[str, int]:
    """Create what is still missing; return how many of each. Raises MasterChanged."""
    makers: dict[str, Callable[[list[str], Implied, User | None], int]] = {
        "channels": _create_channels,
        "products": _create_products,
        "customers": _create_customers,
        "people": _create_people,
        "regions": _create_regions,
    }
    missing = {kind: _still_missing(kind, texts) for kind, texts in new.missing.items()}
    created = {kind: make(missing[kind], new, actor) for kind, make in makers.items() if missing.get(kind)}
    if created and actor is not None:
        audit.record(
            actor=actor, verb="derive", subject=actor, label=actor.get_full_name(), detail=created, at=at
        )
    return created


def _still_missing(kind: str, texts: Sequence[str]) -> list[str]:
    """Those that nobody created meanwhile; the lines on disk hold the codes they were to be created with.

    Raises MasterChanged when a text has come to mean something else.
    """
    wanted = resolution.Texts(pa.array(texts, pa.string()), np.zeros(0, np.int64))
    known = MODELS[kind]._default_manager.values_list("code", "name").iterator()
    found = resolution.resolve(wanted, known, is_loose=kind != "people")
    left = []
    for text, code in zip(texts, found.codes, strict=True):
        if code is None:
            left.append(text)
        elif kind != "regions" and code != resolution.new_code(text):
            raise MasterChanged(text)
    return left


def _create_channels(texts: list[str], _new: Implied, actor: User | None) -> int:
    rows = [Channel(code=text[: resolution.SHORT_CODE_LENGTH], name=text[:80]) for text in texts]
    return len(bulk_create_with_history(rows, Channel, batch_size=500, default_user=actor))


def _create_products(texts: list[str], new: Implied, actor: User | None) -> int:
    """A product takes the name, line and sub-category its lines most often have."""
    said = new.said["products"]
    names = {said[text]["line_name"] or UNSORTED_LINE for text in texts}
    lines = {line.name: line for line in ProductLine.objects.filter(name__in=names)}
    added = [
        ProductLine(code=name[: resolution.SHORT_CODE_LENGTH], name=name[:80])
        for name in sorted(names - set(lines))
    ]
    lines |= {line.name: line for line in bulk_create_with_history(added, ProductLine, default_user=actor)}
    rows = [
        Product(
            code=resolution.new_code(text),
            name=(said[text]["product_name"] or text)[:200],
            line=lines[(said[text]["line_name"] or UNSORTED_LINE)],
            category=(said[text]["category"] or "")[:80],
        )
        for text in texts
    ]
    return len(bulk_create_with_history(rows, Product, batch_size=500, default_user=actor))


def _create_customers(texts: list[str], new: Implied, actor: User | None) -> int:
    """A customer is where most of its lines say it is; without a known place it stays unplaced."""
    said, first = new.said["customers"], new.first_days["customers"]
    units = _units(said, texts)
    known = Channel.objects.all()
    channels = {channel.code: channel for channel in known} | {channel.name: channel for channel in known}
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
    return len(bulk_create_with_history(rows, Customer, batch_size=500, default_user=actor))


def _units(said: Said, texts: list[str]) -> list[BasicUnit | None]:
    places = [(said[text]["province"], said[text]["city"], said[text]["county"], None) for text in texts]
    codes = geography.place_many(places)
    units = BasicUnit.objects.in_bulk({code for code in codes if code}, field_name="code")
    return [units.get(code or "") for code in codes]


def _create_people(texts: list[str], new: Implied, actor: User | None) -> int:
    first = new.first_days["people"]
    rows = [
        Person(code=text[: resolution.SHORT_CODE_LENGTH], name=text[:80], joined_on=first[text])
        for text in texts
    ]
    return len(bulk_create_with_history(rows, Person, batch_size=500, default_user=actor))


def _create_regions(texts: list[str], new: Implied, actor: User | None) -> int:
    """New regions hang below the head office, which is made if there is none."""
    root = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk").first()
    root = root or OrgUnit.objects.create(code=HEAD_OFFICE[0], name=HEAD_OFFICE[1], kind=OrgKind.HEAD_OFFICE)
    units = [OrgUnit(code=t[: resolution.SHORT_CODE_LENGTH], name=t[:80], kind=OrgKind.AREA) for t in texts]
    made = bulk_create_with_history(units, OrgUnit, default_user=actor)
    links = [OrgLink(unit=unit, parent=root, valid_from=new.starts_on) for unit in made]
    bulk_create_with_history(links, OrgLink, default_user=actor)
    people.rebuild_closure()
    return len(made)


def _keyed(table: pa.Table, kind: str, columns: Sequence[str]) -> pa.Table:
    """The day, the text that names the thing, and `columns`, row by row; texts as dictionaries."""
    texts = resolution.texts_of(table, resolution.SOURCES[kind])
    keys = pa.DictionaryArray.from_arrays(
        pa.array(texts.indices.astype(np.int32), mask=texts.indices < 0), texts.distinct
    )
    empty = pa.nulls(table.num_rows, pa.string())
    given = {name: table[name] if name in table.column_names else empty for name in columns}
    return pa.table({"key": keys, "ordered_on": table["ordered_on"], **given})


def _said(table: pa.Table, kind: str, columns: Sequence[str], wanted: Sequence[str]) -> Said:
    """Per key: the combination of values its rows most often give (ties: the later, then the greater)."""
    names = ", ".join(columns)
    with connect() as connection:
        connection.register("said", _keyed(table, kind, columns))
        rows = connection.execute(
            f"SELECT key, {names} FROM said WHERE key IS NOT NULL GROUP BY key, {names} "  # nosec B608
            "QUALIFY row_number() OVER (PARTITION BY key "
            f"ORDER BY count(*) DESC, max(ordered_on) DESC, {', '.join(f'{name} DESC NULLS LAST' for name in columns)}) = 1"
        ).fetchall()
    found = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}
    return {text: found[text] for text in wanted}


def _first_days(table: pa.Table, kind: str) -> dict[str, date]:
    """Per key: its earliest order date."""
    grouped = _keyed(table, kind, ()).group_by("key").aggregate([("ordered_on", "min")])
    return dict(zip(grouped["key"].to_pylist(), grouped["ordered_on_min"].to_pylist(), strict=True))
