"""How far the facts of a metric reach: receipts end on another day than orders."""

from quyu.analytics.metrics import Metric
from quyu.apps.performance.attributed_kinds import roles_of
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source, Stored
from quyu.apps.performance.tallies import tally


def dated_by(metric: Metric) -> Source:
    """Whose last day ends the span: of what a metric counts first beside orders, else of the orders."""
    kinds = roles_of(metric)
    return Stored(tally(kinds[0]).reading()) if kinds else AS_IT_WAS
