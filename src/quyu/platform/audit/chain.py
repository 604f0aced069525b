"""The hash chain of the log of decisions.

Each decision carries sha256 over its canonical JSON and the digest before it; the head row keeps the
last digest and the count. Changing, inserting, removing or cutting off a decision breaks the chain.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from quyu.platform.audit.models import ChainHead, Decision

HEAD_ID = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """`broken_id` is the first decision that does not fit, `missing` how many the head has too many."""

    checked: int
    broken_id: int | None = None
    missing: int = 0

    @property
    def is_intact(self) -> bool:
        return self.broken_id is None and self.missing == 0


def plain(detail: Mapping[str, object]) -> dict[str, Any]:
    """The detail as every database gives it back: strings, integers, lists, no floats."""
    text = json.dumps(detail, cls=DjangoJSONEncoder)
    result: dict[str, Any] = json.loads(text, parse_float=str, parse_constant=str)
    return result


def digest_of(decision: Decision) -> str:
    """sha256 over the decision, without its number, and the digest before it."""
    content = {
        "actor": decision.actor_id,
        "verb": decision.verb,
        "subject_type": decision.subject_type,
        "subject_id": decision.subject_id,
        "label": decision.subject_label,
        "detail": decision.detail,
        "reason": decision.reason,
        "at": decision.at.astimezone(UTC).isoformat(),
        "previous": decision.previous_digest,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def locked_head() -> ChainHead:
    """The head, locked until the transaction ends: writers queue here."""
    ChainHead.objects.get_or_create(pk=HEAD_ID)
    return ChainHead.objects.select_for_update().get(pk=HEAD_ID)


def verify_chain() -> Verification:
    """Recompute every digest from the first decision on."""
    previous, checked = "", 0
    for decision in Decision.objects.order_by("pk").iterator(chunk_size=2000):
        if decision.previous_digest != previous or decision.digest != digest_of(decision):
            return Verification(checked, broken_id=decision.pk)
        previous = decision.digest
        checked += 1
    head = ChainHead.objects.filter(pk=HEAD_ID).first() or ChainHead()
    if head.digest != previous or head.count != checked:
        return Verification(checked, missing=max(1, head.count - checked))
    return Verification(checked)
