"""The audit trail in the database: appending, sealing finished days, and verifying all of it.

The head row is locked by each writer, so numbers have no gap and the chain no fork. The first entry of
a new day seals the day before. A day is that of the entry's moment, but never before the head's.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from quyu.platform.audit import keys, links, trail
from quyu.platform.audit.models import ChainHead, DaySeal, Decision
from quyu.platform.audit.trail import Finding, Kept, Trail, Verification

HEAD_ID = 1
CHUNK = 2000
READ_ATTEMPTS = 3


def plain(detail: Mapping[str, object]) -> dict[str, Any]:
    """The detail as every database gives it back: strings, integers, lists, no floats."""
    text = json.dumps(detail, cls=DjangoJSONEncoder)
    result: dict[str, Any] = json.loads(text, parse_float=str, parse_constant=str)
    return result


def entry_of(decision: Decision) -> links.Entry:
    """The row as the links see it."""
    return links.Entry(
        pk=decision.pk,
        number=decision.number,
        day=decision.day,
        actor=decision.actor_id,
        verb=decision.verb,
        subject_type=decision.subject_type,
        subject_id=decision.subject_id,
        label=decision.subject_label,
        detail=decision.detail,
        reason=decision.reason,
        at=decision.at,
        salt=decision.salt,
        commitment=decision.commitment,
        previous=decision.previous_digest,
        digest=decision.digest,
        mac=decision.mac,
    )


def seal_of(row: DaySeal) -> links.Seal:
    return links.Seal(
        row.day, row.first_number, row.last_number, row.last_digest, row.previous_digest, row.digest, row.mac
    )


def head_of(row: ChainHead) -> links.Head:
    return links.Head(row.count, row.day, row.digest, row.mac)


def locked_head() -> ChainHead:
    """The head, locked until the transaction ends: writers queue here."""
    ChainHead.objects.get_or_create(pk=HEAD_ID)
    return ChainHead.objects.select_for_update().get(pk=HEAD_ID)


def append(decision: Decision, day: date) -> Decision:
    """Number, chain and store one decision; inside a transaction."""
    key, head = keys.trail_key(), locked_head()
    _seal(head, day, key)
    decision.number = head.count + 1
    decision.day = max(day, head.day or day)
    decision.previous_digest = head.digest
    decision.salt = secrets.token_hex(16)
    decision.commitment = links.commitment_of(entry_of(decision))
    decision.digest = links.digest_of(entry_of(decision))
    decision.save(force_insert=True)
    decision.mac = links.entry_mac(key, entry_of(decision))
    decision.save(update_fields=["mac"])
    head.digest, head.count, head.day = decision.digest, decision.number, decision.day
    head.mac = links.head_mac(key, head_of(head))
    head.save()
    return decision


@transaction.atomic
def seal_finished(today: date) -> None:
    """Seal the last day with entries if it is over; what comes later belongs to `today` or after."""
    key, head = keys.trail_key(), locked_head()
    _seal(head, today, key)
    head.mac = links.head_mac(key, head_of(head))
    head.save()


def _seal(head: ChainHead, today: date, key: bytes) -> None:
    """Close the head's day when it is over, and move the head on to `today`; the caller saves the head."""
    if head.day is None or head.day >= today:
        return
    day, head.day = head.day, today
    before = DaySeal.objects.order_by("-day").first()
    if before is not None and before.last_number == head.count:
        return
    seal = links.Seal(
        day=day,
        first=before.last_number + 1 if before else 1,
        last=head.count,
        last_digest=head.digest,
        previous=before.digest if before else "",
        digest="",
        mac="",
    )
    seal = replace(seal, digest=links.seal_digest(seal))
    DaySeal.objects.create(
        day=seal.day,
        first_number=seal.first,
        last_number=seal.last,
        last_digest=seal.last_digest,
        previous_digest=seal.previous,
        digest=seal.digest,
        mac=links.seal_mac(key, seal),
    )


def verify_chain(kept: Kept | None = None) -> Verification:
    """Recompute every digest and mac; with `kept`, also compare with seals kept elsewhere."""
    stored, unreadable = _consistent()
    result = trail.verify(stored, keys.trail_key(), kept)
    named = {finding.number for finding in unreadable}
    others = [finding for finding in result.findings if finding.number not in named]
    return replace(result, findings=(*unreadable, *others))


def _consistent() -> tuple[Trail, list[Finding]]:
    """All rows of one moment: read again when somebody wrote meanwhile, in the end with writers waiting."""
    for _attempt in range(READ_ATTEMPTS):
        before = current_head()
        unreadable: list[Finding] = []
        entries = list(_entries(unreadable))
        stored = Trail(entries, current_seals(), current_head())
        if stored.head == before:
            return stored, unreadable
    with transaction.atomic():
        locked_head()
        return _consistent()


def current_seals() -> list[links.Seal]:
    return [seal_of(row) for row in DaySeal.objects.order_by("day")]


def current_head() -> links.Head | None:
    head = ChainHead.objects.filter(pk=HEAD_ID).first()
    return head_of(head) if head else None


def _entries(unreadable: list[Finding]) -> Iterator[links.Entry]:
    """All rows; one that cannot even be read is edited, and named."""
    numbers = list(Decision.objects.order_by("number", "pk").values_list("pk", "number", "day"))
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        try:
            rows = list(Decision.objects.filter(pk__in=[pk for pk, *_ in part]).order_by("number", "pk"))
            yield from [_whole(entry_of(row)) for row in rows]
        except (ValueError, TypeError, AttributeError):
            for pk, number, day in part:
                try:
                    yield _whole(entry_of(Decision.objects.get(pk=pk)))
                except (ValueError, TypeError, AttributeError):
                    unreadable.append(Finding("edited", day, number))


def _whole(entry: links.Entry) -> links.Entry:
    """The entry, if what it says can be written down; raises ValueError or the like if not."""
    links.content_of(entry)
    return entry
