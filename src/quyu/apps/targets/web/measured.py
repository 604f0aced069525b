"""Showing values in the unit of the plan's measure: what the templates of rounds and talks call."""

from typing import Any

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.models import PlanVersion
from quyu.kernel.measure import UNITS, format_value, say_value


def unit_of(version: PlanVersion) -> str:
    """The id of the unit in which the measure of a version is kept."""
    return METRICS[version.plan.measure].unit


def measured(version: PlanVersion) -> dict[str, Any]:
    """`say` (with its unit), `figure` (the number alone) and `unit_word` for a template."""
    metric = METRICS[version.plan.measure]

    def say(value: int | None) -> str:
        return say_value(value, metric.unit, metric.word)

    def figure(value: int | None) -> str:
        return format_value(value, metric.unit)

    return {"say": say, "figure": figure, "unit_word": metric.word or UNITS[metric.unit].word}
