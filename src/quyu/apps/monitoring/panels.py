"""What a rule means and what it found, on its own page."""

from quyu.apps.monitoring import rule_words
from quyu.apps.monitoring.models import Alert, AlertRule
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people import policy

SHOWN = 10


def meaning_panel(rule: AlertRule, reader: Reader) -> Panel | None:
    """The rule in a sentence, and its open alerts within reach."""
    if not policy.allows(reader.scope, "alert", "view"):
        return Panel("monitoring/rule_panel.html.jinja", {"told": rule_words.told(rule), "rule": rule})
    scope = policy.narrow(reader.scope, "alert", "view")
    rows = Alert.objects.open().visible_to(scope, reader.at).filter(rule=rule)
    shown = rows.select_related("rule", "org_unit", "territory").order_by("-short_fen", "pk")
    data = {"told": rule_words.told(rule), "rule": rule, "count": rows.count(), "alerts": shown[:SHOWN]}
    return Panel("monitoring/rule_panel.html.jinja", data)


register_panel(AlertRule, meaning_panel)
