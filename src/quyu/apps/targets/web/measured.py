"""Showing values in the unit of the plan's measure: what the templates of rounds and talks call."""

from typing import Any

from quyu.apps.targets.models import PlanVersion
from quyu.kernel.measure import format_value, say_value


def measured(version: PlanVersion) -> dict[str, Any]:
    """`say` (with its unit), `figure` (the number alone) and `unit_word` for a template."""
    unit = version.plan.unit

    def say(value: int | None) -> str:
        return say_value(value, unit.id, unit.chinese)

    def figure(value: int | None) -> str:
        return format_value(value, unit.id)

    return {"say": say, "figure": figure, "unit_word": unit.word}
