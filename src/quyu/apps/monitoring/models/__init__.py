"""What monitoring keeps, one file a subject."""

from quyu.apps.monitoring.models.alert import Alert, AlertAct, AlertDigest
from quyu.apps.monitoring.models.card import CardTask, CardTaskReport, PdcaCard
from quyu.apps.monitoring.models.control import ControlTotal
from quyu.apps.monitoring.models.meeting import Meeting, Promise, PromiseReport
from quyu.apps.monitoring.models.rule import AlertRule

__all__ = [
    "Alert",
    "AlertAct",
    "AlertDigest",
    "AlertRule",
    "CardTask",
    "CardTaskReport",
    "ControlTotal",
    "Meeting",
    "PdcaCard",
    "Promise",
    "PromiseReport",
]
