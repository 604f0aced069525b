"""Verbs about the market of counties."""

from quyu.apps.market.services.fitting import NothingToLearnFrom, fit_potential
from quyu.apps.market.services.indicators import (
    IndicatorInUse,
    add_indicator,
    change_indicator,
    facts_of,
    remove_indicator,
)

__all__ = [
    "IndicatorInUse",
    "NothingToLearnFrom",
    "add_indicator",
    "change_indicator",
    "facts_of",
    "fit_potential",
    "remove_indicator",
]
