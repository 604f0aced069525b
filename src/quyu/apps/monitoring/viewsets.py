"""Rules as pages, files and API."""

from datetime import date

from django.db.models import QuerySet
from django.forms import ModelForm

from quyu.apps.monitoring import rule_form
from quyu.apps.monitoring.models import AlertRule
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import Caller, Viewset, register


@register
class AlertRuleViewset(Viewset[AlertRule]):
    model = AlertRule
    resource = "alert_rule"
    path = "alert-rules"
    columns = ("code", "name", "kind", "level", "org_unit", "severity", "is_active")
    fields = (
        "code", "name", "kind", "metric", "stretch", "level", "org_unit", "product_line", "side", "limit", "count",
        "severity", "owner", "due_days", "advice", "is_active",
    )  # fmt: skip
    filters = ("kind", "level", "severity")
    above = "alerts"

    def visible(self, scope: Scope, at: date) -> QuerySet[AlertRule]:
        return AlertRule.objects.visible_to(scope, at)

    def form_class(self, caller: Caller) -> type[ModelForm[AlertRule]]:
        """The form with hints: what each way of judging reads, and units."""
        made = super().form_class(caller)
        rule_form.guide(made.base_fields)
        return made
