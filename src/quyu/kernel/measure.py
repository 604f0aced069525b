"""What can be counted: a measure has a unit, and its values are integers of the smallest part of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """`scale` is how many stored integers make one displayed unit: 100 fen are one yuan."""

    id: str
    name_zh: str
    name_en: str
    unit_zh: str
    scale: int


AMOUNT = Measure("amount", "销售额", "Sales amount", "元", 100)
QUANTITY = Measure("quantity", "销量", "Quantity", "件", 1_000)
GROSS_PROFIT = Measure("gross_profit", "毛利", "Gross profit", "元", 100)
MEASURES = {measure.id: measure for measure in (AMOUNT, QUANTITY, GROSS_PROFIT)}
