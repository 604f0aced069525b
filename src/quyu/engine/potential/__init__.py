"""Market potential: what the company would sell in a market of this size, learnt from where it sells."""

from quyu.engine.potential.backtest import BackTest, Fold, backtest, blocks
from quyu.engine.potential.model import FEWEST, Model, Sample, TooFewMarkets, fit

__all__ = ["FEWEST", "BackTest", "Fold", "Model", "Sample", "TooFewMarkets", "backtest", "blocks", "fit"]
