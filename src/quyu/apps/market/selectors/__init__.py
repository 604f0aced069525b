"""Reads about the market of counties."""

from quyu.apps.market.selectors.indicators import indicator, indicators
from quyu.apps.market.selectors.layers import Layer, layers

__all__ = ["Layer", "indicator", "indicators", "layers"]
