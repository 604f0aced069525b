"""Order files as other companies have them: English headers, American dates, places on no map of ours."""

import csv
import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

HEADERS = ("Row ID", "Order ID", "Order Date", "Customer ID", "Customer Name", "City", "State", "Region", "Product ID", "Category", "Product Name", "Sales", "Quantity")  # fmt: skip
PLACES = {
    "West": (("California", "Los Angeles"), ("Washington", "Seattle"), ("Arizona", "Mesa")),
    "East": (("New York", "Buffalo"), ("Ohio", "Newark"), ("Delaware", "Newark")),
    "South": (("Florida", "Miami"), ("Florida", "Jacksonville")),
}
LINES = ("Furniture", "Technology")


def english_rows(*, count: int = 900, seed: int = 5) -> list[dict[str, object]]:
    """Three years of lines; a customer buys in several regions, a city name occurs in two states."""
    chance = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(1, count + 1):
        region = chance.choice(sorted(PLACES))
        state, city = chance.choice(PLACES[region])
        day = date(2014, 1, 1) + timedelta(number * 1095 // count)
        line = chance.choice(LINES)
        values = (
            number, f"CA-{number // 2}", f"{day.month}/{day.day}/{day.year}", f"C{number % 40}", f"Customer {number % 40}",
            city, state, region, f"{line[:3]}-{number % 9}", line, f"{line} item {number % 9}",
            f"{chance.lognormvariate(4, 1):.4f}", chance.randint(1, 9),
        )  # fmt: skip
        rows.append(dict(zip(HEADERS, values, strict=True)))
    return rows


def write(path: Path, rows: list[dict[str, object]], *, headers: Mapping[str, str] | None = None) -> Path:
    """A CSV with the columns in another order than above; `headers` renames or (empty) drops columns."""
    names = headers or {}
    kept = [name for name in reversed(HEADERS) if names.get(name, name)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([names.get(name, name) for name in kept])
        writer.writerows([row[name] for name in kept] for row in rows)
    return path
