"""Verbs about the market of counties."""

from quyu.apps.market.services.fitting import NothingToLearnFrom, fit_potential
from quyu.apps.market.services.indicators import add_indicator

__all__ = ["NothingToLearnFrom", "add_indicator", "fit_potential"]
