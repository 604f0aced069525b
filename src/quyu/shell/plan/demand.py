"""What the order lines say before anything is divided: which unit and which people belong to which region."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.apps.performance import places
from quyu.shell.plan.sources import OrderFile


@dataclass(frozen=True)
class Demand:
    """By unit code: its region, its territory text (if the file has one), its amount in the last twelve months.

    `sellers` counts, for each region, in how many lines each salesperson appears.
    """

    region_of: dict[str, str]
    territory_of: dict[str, str]
    amount_of: dict[str, int]
    seller_amounts: dict[tuple[str, str], int]
    sellers: dict[str, Counter[str]]
    recognised: frozenset[str]
    first_on: date
    last_on: date


def demand_of(files: Sequence[OrderFile]) -> Demand:
    """Gathers all files; a unit takes the region of the greater part of its lines."""
    region_votes: dict[str, Counter[str]] = {}
    territory_votes: dict[str, Counter[str]] = {}
    amounts: Counter[str] = Counter()
    seller_amounts: Counter[tuple[str, str]] = Counter()
    sellers: dict[str, Counter[str]] = {}
    recognised: set[str] = set()
    spans = [pc.min_max(file.parsed.table["ordered_on"]).as_py() for file in files]
    last_on: date = max(span["max"] for span in spans)
    recent = date(last_on.year - 1, last_on.month, 1)
    for file in files:
        table, located = file.parsed.table, places.line_places(file.parsed.table)
        recognised |= located.recognised
        columns = _texts(table, located.codes)
        amount = np.asarray(table["amount_fen"].to_numpy(), np.int64)
        is_recent = np.asarray(pc.greater_equal(table["ordered_on"], pa.scalar(recent)).to_numpy())
        for unit, region, territory, seller, fen, counts in zip(
            *columns, amount.tolist(), is_recent.tolist(), strict=True
        ):
            region_votes.setdefault(unit, Counter())[region] += 1
            if territory:
                territory_votes.setdefault(unit, Counter())[territory] += 1
            amounts[unit] += fen if counts else 0
            if seller:
                sellers.setdefault(region, Counter())[seller] += 1
                seller_amounts[seller, unit] += fen
    return Demand(
        region_of={unit: _most(votes) for unit, votes in region_votes.items()},
        territory_of={unit: _most(votes) for unit, votes in territory_votes.items()},
        amount_of={unit: max(fen, 0) for unit, fen in amounts.items()},
        seller_amounts=dict(seller_amounts),
        sellers=sellers,
        recognised=frozenset(recognised),
        first_on=min(span["min"] for span in spans),
        last_on=last_on,
    )


def _texts(table: pa.Table, units: pa.Array) -> list[list[str]]:
    def column(name: str) -> list[str]:
        if name not in table.column_names:
            return [""] * table.num_rows
        texts: list[str] = pc.fill_null(table[name].cast(pa.string()), "").to_pylist()
        return texts

    return [units.to_pylist(), column("region_name"), column("territory_name"), column("salesperson_code")]


def _most(votes: Counter[str]) -> str:
    return min(votes, key=lambda text: (-votes[text], text))
