"""The kinds of facts beside order lines, one small file each; a new one is listed here."""

from quyu.apps.performance.kinds.declaration import Kind
from quyu.apps.performance.kinds.expenses import EXPENSE
from quyu.apps.performance.kinds.price_observations import PRICE_OBSERVATION
from quyu.apps.performance.kinds.receipts import RECEIPT
from quyu.apps.performance.kinds.sell_through import SELL_THROUGH
from quyu.apps.performance.kinds.shipments import SHIPMENT
from quyu.apps.performance.kinds.stock_counts import STOCK_COUNT
from quyu.apps.performance.kinds.visits import VISIT

KINDS: tuple[Kind, ...] = (
    SHIPMENT,
    RECEIPT,
    SELL_THROUGH,
    STOCK_COUNT,
    VISIT,
    EXPENSE,
    PRICE_OBSERVATION,
)

__all__ = ["KINDS", "Kind"]
