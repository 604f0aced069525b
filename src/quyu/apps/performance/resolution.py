"""From what a file calls a customer, product, channel, person or region to the code the product knows it by.

A text is looked up as a code, then as a name, then as "code name". A name that several rows bear resolves
to none of them. Everything is done once per distinct text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.customers.models import Customer
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.people.models import OrgUnit

CODE_LENGTH = 60
SHORT_CODE_LENGTH = 40
SOURCES = {
    "customers": ("customer_code", "customer_name"),
    "products": ("product_code", "product_name", "category", "line_name"),
    "channels": ("channel_code",),
    "people": ("salesperson_code",),
    "regions": ("region_name",),
}


@dataclass(frozen=True)
class Texts:
    """The distinct texts of one reference of a file, and each row's index among them (-1 when blank)."""

    distinct: pa.Array
    indices: NDArray[np.int64]

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(self.distinct.to_pylist())


@dataclass(frozen=True)
class Resolution:
    """The code of each distinct text, None when unknown; `exists` says whether there is master data at all."""

    texts: Texts
    codes: tuple[str | None, ...]
    exists: bool

    @property
    def unknown(self) -> tuple[int, ...]:
        return tuple(index for index, code in enumerate(self.codes) if code is None)

    def column(self) -> pa.Array:
        """The code per row; an unknown text becomes the code it would be created with."""
        codes = [code or new_code(text) for code, text in zip(self.codes, self.texts.values, strict=True)]
        indices = self.texts.indices
        return pa.array(codes, pa.string()).take(pa.array(indices, mask=indices < 0))


def new_code(text: str) -> str:
    """The code under which a row known only by `text` is created."""
    return text[:CODE_LENGTH]


def texts_of(table: pa.Table, columns: Sequence[str]) -> Texts:
    """The first of `columns` that says something, row by row."""
    present = [table[name] for name in columns if name in table.column_names]
    if not present:
        return Texts(pa.array([], pa.string()), np.full(table.num_rows, -1, dtype=np.int64))
    first = present[0]
    if first.null_count and len(present) > 1:
        first = pc.coalesce(*[column.cast(pa.string()) for column in present])
    encoded = first.combine_chunks()
    encoded = (
        encoded if isinstance(encoded, pa.DictionaryArray) else encoded.cast(pa.string()).dictionary_encode()
    )
    return compacted(encoded)


def compacted(encoded: pa.DictionaryArray) -> Texts:
    """Only the texts that occur."""
    indices = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    occurs = np.bincount(indices + 1, minlength=len(encoded.dictionary) + 1)[1:] > 0
    if occurs.all():
        return Texts(encoded.dictionary, indices)
    place = np.append(np.cumsum(occurs) - 1, -1)
    return Texts(encoded.dictionary.filter(pa.array(occurs)), place[indices])


def resolve(texts: Texts, known: Iterable[tuple[str, str]]) -> Resolution:
    """Look the texts up among (code, name) pairs."""
    by_text: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    for code, name in known:
        by_text[code] = code
        names.setdefault(name, set()).add(code)
        names.setdefault(f"{code} {name}", set()).add(code)
    for name, codes in names.items():
        if len(codes) == 1:
            by_text.setdefault(name, next(iter(codes)))
    return Resolution(texts, tuple(by_text.get(text) for text in texts.values), bool(by_text))


def customers(table: pa.Table) -> Resolution:
    return resolve(
        texts_of(table, SOURCES["customers"]), Customer.objects.values_list("code", "name").iterator()
    )


def products(table: pa.Table) -> Resolution:
    return resolve(
        texts_of(table, SOURCES["products"]), Product.objects.values_list("code", "name").iterator()
    )


def channels(table: pa.Table) -> Resolution:
    return resolve(texts_of(table, SOURCES["channels"]), Channel.objects.values_list("code", "name"))


def regions(table: pa.Table) -> Resolution:
    """Regions keep the name the file gives; the code only says that the org unit exists."""
    return resolve(texts_of(table, SOURCES["regions"]), OrgUnit.objects.values_list("code", "name"))
