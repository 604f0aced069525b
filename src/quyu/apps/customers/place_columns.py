"""Columns of a customer file that say in words where a customer is; the unit is found, never guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.models import Customer
from quyu.kernel.refusal import Refusal
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.geography.names import aliases, cleaned
from quyu.platform.geography.placing import Place
from quyu.platform.imports.kinds import Column
from quyu.platform.viewsets.viewset import Caller

Record = Mapping[str, Any]
NAMES = ("province", "city", "county")
NOWHERE: Place = (None, None, None, None)


class PlaceUnknown(Refusal):
    """Province, city and county do not name one place."""

    def __init__(self, place: Place) -> None:
        told = " ".join(part for part in place[:3] if part)
        super().__init__(
            "unknown_region", "找不到“{place}”，或几处同名；请写全省、市、区县，或填所在地编码。", place=told
        )
        self.column = [name for name, part in zip(NAMES, place[:3], strict=True) if part][-1]


class PlaceColumns:
    """省, 市 and 区县 place a customer in its unit; an address alone places one that has none yet.

    A code in 所在地 goes first. What an address does not tell stays open.
    """

    columns = (
        Column("province", _("省"), ("省份", "省/自治区", "Province")),
        Column("city", _("市"), ("城市", "地市", "City")),
        Column("county", _("区县"), ("县", "区/县", "County", "District")),
    )

    def given(
        self, records: Sequence[Record], known: Mapping[Any, Customer], caller: Caller
    ) -> Sequence[Mapping[str, str] | Refusal]:
        """The code of the unit for every record that says where it is."""
        del caller
        places = [self._place(record, known.get(record["code"])) for record in records]
        codes = geography.place_many([place or NOWHERE for place in places])
        named = geography.place_many([(*place[:3], None) if place else NOWHERE for place in places])
        rows = BasicUnit.objects.filter(code__in={code for code in named if code})
        names = dict(rows.values_list("code", "name"))
        return [
            self._answer(place, code, names.get(words or "", ""))
            for place, code, words in zip(places, codes, named, strict=True)
        ]

    def after(self, row: Customer, record: Record, caller: Caller) -> Sequence[models.Model]:
        """Nothing follows."""
        del row, record, caller
        return ()

    @staticmethod
    def _place(record: Record, customer: Customer | None) -> Place | None:
        named = (record.get("province"), record.get("city"), record.get("county"))
        address = record.get("address")
        if record.get("unit") or not (any(named) or address):
            return None
        is_news = customer is None or (customer.unit_id is None and customer.address != address)
        return (*named, address) if any(named) or is_news else None

    @staticmethod
    def _answer(place: Place | None, code: str | None, name: str) -> Mapping[str, str] | Refusal:
        """`name` is the unit the words alone lead to; the finest word must be that unit's own."""
        if place is None or (code is None and not any(place[:3])):
            return {}
        finest = next((word for part in reversed(place[:3]) if (word := cleaned(part))), "")
        if code is None or (finest and finest not in aliases(name)):
            return PlaceUnknown(place)
        return {"unit": code}
