"""Which indicators there are: the product's own, and those the company added."""

from quyu.apps.market.choices import BUILT_IN, Known
from quyu.apps.market.models import Indicator


def indicators() -> tuple[Known, ...]:
    """Every indicator, the product's own first."""
    return (*BUILT_IN, *(known(row) for row in Indicator.objects.order_by("code")))


def indicator(code: str) -> Known | None:
    """One indicator by its code."""
    return next((one for one in indicators() if one.code == code), None)


def known(row: Indicator) -> Known:
    """An indicator of the company as all others are read."""
    return Known(row.code, row.name, row.kind, row.adds_up, row.direction, word=row.unit_word, is_own=True)
