"""Receivables: what customers owe on a day, document by document, how old it is, and how long money is out.

See docs/formulas/receivables.md for the rules and a worked example.
"""

from quyu.engine.receivables.ageing import (
    BUCKET_DAYS,
    NO_TERM,
    buckets,
    days_overdue,
    days_sales_outstanding,
)
from quyu.engine.receivables.settling import NO_DOCUMENT, Entries, OpenItems, settle

__all__ = [
    "BUCKET_DAYS",
    "NO_DOCUMENT",
    "NO_TERM",
    "Entries",
    "OpenItems",
    "buckets",
    "days_overdue",
    "days_sales_outstanding",
    "settle",
]
