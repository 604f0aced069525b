"""Reads about the market of counties."""

from quyu.apps.market.selectors.features import by_county
from quyu.apps.market.selectors.filling import Filled, Ground, How, filled, ground
from quyu.apps.market.selectors.indicators import indicator, indicators
from quyu.apps.market.selectors.layers import Layer, layers
from quyu.apps.market.selectors.potential import Part, model_on, parts_of, potential, told_features

__all__ = [
    "Filled",
    "Ground",
    "How",
    "Layer",
    "Part",
    "by_county",
    "filled",
    "ground",
    "indicator",
    "indicators",
    "layers",
    "model_on",
    "parts_of",
    "potential",
    "told_features",
]
