"""The market of each county: which indicators a company follows, and what its sales say about potential.

The facts themselves are kept beside the units (`geography.MarketFigure`), dated and with their source.
"""

from quyu.apps.market.models.indicator import Indicator
from quyu.apps.market.models.potential import PotentialModel

__all__ = ["Indicator", "PotentialModel"]
