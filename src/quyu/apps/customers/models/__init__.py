"""Customers, their rulings, the rules that divide them, who shares their credit, and alarms about their coverage."""

from quyu.apps.customers.models.claim import CustomerClaim
from quyu.apps.customers.models.coverage import CoverageAlarm
from quyu.apps.customers.models.credit import CustomerCredit, Overlay, OverlayShare
from quyu.apps.customers.models.customer import (
    ClaimRuling,
    Customer,
    CustomerQuerySet,
    CustomerTerritory,
    DealerAccess,
    RuleSet,
    RuleSetQuerySet,
    TerritoryRule,
    within,
)

__all__ = [
    "ClaimRuling",
    "CoverageAlarm",
    "Customer",
    "CustomerClaim",
    "CustomerCredit",
    "CustomerQuerySet",
    "CustomerTerritory",
    "DealerAccess",
    "Overlay",
    "OverlayShare",
    "RuleSet",
    "RuleSetQuerySet",
    "TerritoryRule",
    "within",
]
