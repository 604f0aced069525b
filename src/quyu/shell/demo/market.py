"""The customers of the demo company, placed in real counties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from quyu.apps.customers.choices import CustomerKind
from quyu.shell.demo import company

DEALERS, KEY_ACCOUNTS, OUTLETS = 850, 300, 1_850
PAYMENT_DAYS = {"DIST": 30, "KA": 75, "CATER": 45, "ECOM": 30}
_COUNTY_WEIGHT = {"区": 3.0, "市": 2.0}


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    province: str
    area: str


@dataclass(frozen=True)
class Market:
    """Parallel tuples and arrays, one entry a customer; `size` is relative demand (mean about one)."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[CustomerKind, ...]
    channels: tuple[str, ...]
    counties: tuple[County, ...]
    opened_on: tuple[date, ...]
    closed_on: tuple[date | None, ...]
    size: NDArray[np.float64]

    def payment_days(self, one: int) -> int | None:
        """As agreed by channel; one in twenty has agreed on nothing."""
        return None if one % 20 == 7 else PAYMENT_DAYS[self.channels[one]]


def area_of_province(name: str) -> tuple[str, int] | None:
    """(area code, weight) of a province by the beginning of its full name; None outside the company's regions."""
    for area in company.AREAS:
        for province, weight in area.provinces:
            if name.startswith(province):
                return area.code, weight
    return None


def settle(counties: Sequence[County], *, first_day: date, today: date, rng: np.random.Generator) -> Market:
    """About 3,000 customers; one in four opened during the history and one in nine closed."""
    kinds = (
        [CustomerKind.DEALER] * DEALERS
        + [CustomerKind.KEY_ACCOUNT] * KEY_ACCOUNTS
        + [CustomerKind.OUTLET] * OUTLETS
    )
    homes = _homes(counties, len(kinds), rng)
    span = (today - first_day).days
    opened, closed = [], []
    for kind in kinds:
        is_new = rng.random() < (0.15 if kind == CustomerKind.DEALER else 0.3)
        start = first_day + timedelta(
            int(rng.integers(0, span - 20)) if is_new else -int(rng.integers(1, 1_500))
        )
        leaves = rng.random() < (0.05 if kind == CustomerKind.KEY_ACCOUNT else 0.12)
        end = first_day + timedelta(int(rng.integers(60, span))) if leaves else None
        opened.append(start)
        closed.append(end if end is None or end > start + timedelta(30) else None)
    return Market(
        codes=tuple(f"C{index + 1:05d}" for index in range(len(kinds))),
        names=tuple(_names(kinds, homes, rng)),
        kinds=tuple(kinds),
        channels=tuple(_channel(kind, rng) for kind in kinds),
        counties=tuple(homes),
        opened_on=tuple(opened),
        closed_on=tuple(closed),
        size=_sizes(kinds, rng),
    )


def _homes(counties: Sequence[County], count: int, rng: np.random.Generator) -> list[County]:
    weights = np.array([_COUNTY_WEIGHT.get(county.name[-1], 1.0) for county in counties])
    provinces = [county.province for county in counties]
    for province in set(provinces):
        rows = np.array([name == province for name in provinces])
        found = area_of_province(province)
        weights[rows] *= (found[1] if found else 0) / weights[rows].sum()
    chosen = rng.choice(len(counties), size=count, p=weights / weights.sum())
    return [counties[index] for index in chosen.tolist()]


def _channel(kind: CustomerKind, rng: np.random.Generator) -> str:
    if kind == CustomerKind.DEALER:
        return "DIST"
    if kind == CustomerKind.KEY_ACCOUNT:
        return str(rng.choice(["KA", "ECOM"], p=[0.8, 0.2]))
    return str(rng.choice(["CATER", "DIST", "KA"], p=[0.5, 0.35, 0.15]))


def _sizes(kinds: Sequence[CustomerKind], rng: np.random.Generator) -> NDArray[np.float64]:
    scale = {CustomerKind.DEALER: 2.2, CustomerKind.KEY_ACCOUNT: 1.8, CustomerKind.OUTLET: 0.35}
    means = np.array([scale[kind] for kind in kinds])
    return means * rng.lognormal(-0.32, 0.8, len(kinds))


def _names(kinds: Sequence[CustomerKind], homes: Sequence[County], rng: np.random.Generator) -> list[str]:
    names: list[str] = []
    seen: dict[str, int] = {}
    for kind, home in zip(kinds, homes, strict=True):
        place = _short(home.name)
        if kind == CustomerKind.DEALER:
            name = f"{place}{rng.choice(company.DEALER_WORDS)}{rng.choice(company.DEALER_SUFFIXES)}"
        elif kind == CustomerKind.KEY_ACCOUNT:
            name = f"{rng.choice(company.KEY_ACCOUNT_WORDS)}（{place}店）"
        else:
            name = f"{place}{rng.choice(list(company.SURNAMES))}记{rng.choice(company.OUTLET_WORDS)}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}{seen[name]}")
    return names


def _short(county: str) -> str:
    """What people call a county: 西湖 for 西湖区, 长阳 for 长阳土家族自治县."""
    if "自治" in county:
        return county[:2]
    return county[:-1] if len(county) > 2 and county[-1] in "区县市旗" else county
