"""Replacing personal values in the trail: the chain stays valid, and the change itself is an entry of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from quyu.platform.audit import chain, links
from quyu.platform.audit.models import LABEL_LENGTH, REASON_LENGTH, Decision


def redact(numbers: Iterable[int], cleaned: Callable[[Any], Any]) -> dict[str, str]:
    """Rewrite what these entries say; returns their new commitments, for the entry of the erasure.

    The old salts are lost, so that nobody can guess what stood there from the old commitments. Inside the
    transaction that appends the entry of the erasure, with the head locked.
    """
    chain.locked_head()
    left: dict[str, str] = {}
    for row in Decision.objects.filter(number__in=list(numbers)).order_by("number"):
        before = (row.subject_label, row.detail, row.reason)
        row.subject_label = cleaned(row.subject_label)[:LABEL_LENGTH]
        row.detail, row.reason = chain.plain(cleaned(row.detail)), cleaned(row.reason)[:REASON_LENGTH]
        if before == (row.subject_label, row.detail, row.reason):
            continue
        row.salt = secrets.token_hex(16)
        row.save(update_fields=["subject_label", "detail", "reason", "salt"])
        left[str(row.number)] = links.commitment_of(chain.entry_of(row))
    return left
