"""From what a file calls a customer, product, channel, person or region to the code the product knows it by.

A text is looked up as a code, then as a name, then as "code name". A name that several rows bear resolves
to none of them. Everything is done once per distinct text.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
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
    contradicting: tuple[tuple[int, str], ...] = ()
    """Rows whose code and name are those of two different things, with the other's name."""

    @property
    def unknown(self) -> tuple[int, ...]:
        return tuple(index for index, code in enumerate(self.codes) if code is None)

    def unknown_texts(self) -> list[str]:
        return [self.texts.values[index] for index in self.unknown]

    def column(self) -> pa.Array:
        """The code per row; an unknown text becomes the code it would be created with."""
        return self.encoded().cast(pa.string())

    def encoded(self) -> pa.DictionaryArray:
        """As `column`, every code once."""
        codes = [code or new_code(text) for code, text in zip(self.codes, self.texts.values, strict=True)]
        unique = pa.array(codes, pa.string()).dictionary_encode()
        indices = self.texts.indices
        return pa.DictionaryArray.from_arrays(
            unique.indices.take(pa.array(indices, mask=indices < 0)), unique.dictionary
        )


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


def resolve(texts: Texts, known: Iterable[tuple[str, str]], *, is_loose: bool = True) -> Resolution:
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
    found = [by_text.get(text) for text in texts.values]
    if is_loose and None in found:
        found = _looser(texts.values, found, by_text)
    return Resolution(texts, tuple(found), bool(by_text))


def _looser(
    texts: Sequence[str], found: Sequence[str | None], by_text: Mapping[str, str]
) -> list[str | None]:
    """For the texts not found as they are: width, case and kind of dash ignored, if one thing remains."""
    by_key: dict[str, set[str]] = {}
    for text, code in by_text.items():
        by_key.setdefault(_key(text), set()).add(code)
    loose = {key: next(iter(codes)) for key, codes in by_key.items() if len(codes) == 1}
    return [code or loose.get(_key(text)) for text, code in zip(texts, found, strict=True)]


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(DASHES).casefold().split())


def contradictions(
    table: pa.Table, code_column: str, name_column: str, known: Mapping[str, str]
) -> tuple[tuple[int, str], ...]:
    """Rows whose code is known and whose name is that of another known thing. `known` is code -> name."""
    if code_column not in table.column_names or name_column not in table.column_names:
        return ()
    by_name: dict[str, set[str]] = {}
    for code, name in known.items():
        by_name.setdefault(name, set()).add(code)
    codes, names = texts_of(table, [code_column]), texts_of(table, [name_column])
    pairs = np.unique(np.stack([codes.indices, names.indices]), axis=1).T
    wrong = {
        (left, right)
        for left, right in pairs.tolist()
        if left >= 0
        and right >= 0
        and (code := codes.values[left]) in known
        and (bearers := by_name.get(names.values[right]))
        and code not in bearers
    }
    if not wrong:
        return ()
    rows = zip(codes.indices.tolist(), names.indices.tolist(), strict=True)
    return tuple((row, names.values[pair[1]]) for row, pair in enumerate(rows) if pair in wrong)


def customers(table: pa.Table) -> Resolution:
    known = dict(Customer.objects.values_list("code", "name").iterator())
    found = resolve(texts_of(table, SOURCES["customers"]), known.items())
    return replace(found, contradicting=contradictions(table, "customer_code", "customer_name", known))


def products(table: pa.Table) -> Resolution:
    known = dict(Product.objects.values_list("code", "name").iterator())
    found = resolve(texts_of(table, SOURCES["products"]), known.items())
    return replace(found, contradicting=contradictions(table, "product_code", "product_name", known))


def channels(table: pa.Table) -> Resolution:
    return resolve(texts_of(table, SOURCES["channels"]), Channel.objects.values_list("code", "name"))


def regions(table: pa.Table) -> Resolution:
    """Regions keep the name the file gives; the code only says that the org unit exists."""
    return resolve(texts_of(table, SOURCES["regions"]), OrgUnit.objects.values_list("code", "name"))
