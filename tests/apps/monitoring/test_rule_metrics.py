"""Every figure the form of a rule offers can be judged, at every node and by month; what cannot is refused where it is typed."""

import pytest
from django.core.exceptions import ValidationError

from quyu.analytics.metrics import METRICS
from quyu.apps.monitoring.choices import BoardMetric, Level, RuleKind, Side, metric_choices
from quyu.apps.monitoring.models import Alert
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.performance.achieved import by_region
from quyu.platform.catalog.models import ProductLine
from tests.apps.monitoring.test_alerts import look, rule
from tests.apps.performance.conftest import trading  # noqa: F401
from tests.apps.performance.test_market_share import market  # noqa: F401
from tests.people import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON3", "MON7")]
PROCESS = ("coverage", "repeat_rate", "strategic_penetration", "price_realisation", "visit_coverage")


def test_every_metric_with_facts_is_offered():
    offered = {metric for metric, _name in metric_choices()}
    with_facts = {metric.id for metric in METRICS.values() if metric.has_facts}
    assert with_facts - offered == {"sales_growth"}, "the growth of the board stands for it"
    assert set(PROCESS) <= offered


def test_every_offered_metric_is_judged_with_and_without_its_facts(market):  # noqa: F811
    """One look with a rule of each: none falls over because nobody has imported receipts or visits."""
    for number, (metric, _name) in enumerate(metric_choices()):
        rule(
            f"T{number}",
            kind=RuleKind.THRESHOLD,
            metric=metric,
            level=Level.UNITS,
            limit=-1000,
            side=Side.ABOVE,
        )
        if metric != BoardMetric.PACE:
            rule(f"M{number}", kind=RuleKind.TREND, metric=metric, level=Level.TERRITORY, count=2)
    assert look() > 0
    judged = set(Alert.objects.filter(rule__kind=RuleKind.THRESHOLD).values_list("rule__metric", flat=True))
    book = FigureBook(TODAY)
    known = {metric for metric, _name in metric_choices() if book.values(metric, "year", "")}
    assert judged == known
    assert {"coverage", "repeat_rate", "market_share", "amount", "attainment"} <= known
    assert not {"receipts", "visits", "visit_coverage"} & known, "nobody has imported them"


def test_coverage_is_that_of_the_registry_at_every_node(market):  # noqa: F811
    book = FigureBook(TODAY)
    span = book.span("year")
    expected = by_region(book.axes, ["coverage"], span.start, span.cutoff, "")["coverage"]
    assert book.values("coverage", "year", "") == expected
    assert set(expected.values()) - {0}
    assert book.months("coverage", 2, "")


def test_a_product_line_is_refused_where_the_metric_knows_none(trading):  # noqa: F811
    tea = ProductLine.objects.get(code="TEA")
    for metric in ("receipts", "visits", "coverage", "market_share", "days_sales_outstanding"):
        made = rule(f"P-{metric}", kind=RuleKind.THRESHOLD, metric=metric, product_line=tea)
        with pytest.raises(ValidationError, match="不分产品线"):
            made.full_clean()
    rule("P-OK", kind=RuleKind.THRESHOLD, metric="repeat_rate", product_line=tea, limit=50).full_clean()
