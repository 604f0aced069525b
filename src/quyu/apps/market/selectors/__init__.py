"""Reads about the market of counties."""

from quyu.apps.market.selectors.filling import Filled, Ground, How, filled, ground
from quyu.apps.market.selectors.indicators import indicator, indicators
from quyu.apps.market.selectors.layers import Layer, layers

__all__ = ["Filled", "Ground", "How", "Layer", "filled", "ground", "indicator", "indicators", "layers"]
