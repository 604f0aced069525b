"""Figures of a measure in what approvers and the audit trail read: money as amounts, anything else in words."""

from typing import Any

from quyu.kernel.measure import Unit, say_value


def told(name: str, value: int | None, unit: Unit) -> dict[str, Any]:
    """`{"before_fen": 120005}` of money, which pages dress; `{"before": "1,200 件"}` of a quantity."""
    if unit.id == "fen":
        return {f"{name}_fen": value}
    return {name: say_value(value, unit.id, unit.chinese)}
