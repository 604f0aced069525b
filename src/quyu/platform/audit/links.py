"""The links of the audit trail: what is hashed, and with which key, as plain functions over plain values.

Each entry commits to its content with a random salt, and its digest covers day, number, commitment and
the digest before it; anybody can recompute those. The mac of an entry, of a day's seal and of the head
needs the key, which is kept outside the database: who can write the database alone can rewrite nothing.
Because only the commitment is chained, personal values can be replaced later: the salt is thrown away
and the entry of the erasure carries the commitment of what stands there now.

Entries of the first versions have no commitment; their digest covers the content itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

ERASURE_VERB = "personal.erase"
REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is stored; `number` counts from 1 over the whole trail."""

    pk: int
    number: int
    day: date
    actor: int | None
    verb: str
    subject_type: str
    subject_id: str
    label: str
    detail: Mapping[str, Any]
    reason: str
    at: datetime
    salt: str
    commitment: str
    previous: str
    digest: str
    mac: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A finished day: its entries are `first` to `last`; `previous` is the digest of the seal before."""

    day: date
    first: int
    last: int
    last_digest: str
    previous: str
    digest: str
    mac: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the trail: `count` entries, the last in `day` with `digest`."""

    count: int
    day: date | None
    digest: str
    mac: str


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def mac(key: bytes, *parts: object) -> str:
    """HMAC-SHA256 over the parts, one a line."""
    return hmac.new(key, "\n".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def content_of(entry: Entry) -> dict[str, Any]:
    """Everything an entry says, with its moment in UTC."""
    return {
        "actor": entry.actor,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "label": entry.label,
        "detail": entry.detail,
        "reason": entry.reason,
        "at": entry.at.astimezone(UTC).isoformat(),
    }


def canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def plain_digest(entry: Entry) -> str:
    """The digest of the first versions: over the content and the digest before it."""
    return sha256(canonical({**content_of(entry), "previous": entry.previous}))


def commitment_of(entry: Entry) -> str:
    """What the entry says, hidden behind its salt."""
    return sha256(f"{entry.salt}\n{canonical(content_of(entry))}")


def digest_of(entry: Entry) -> str:
    """What the next entry carries on."""
    if not entry.commitment:
        return plain_digest(entry)
    return sha256(f"entry\n{entry.day}\n{entry.number}\n{entry.commitment}\n{entry.previous}")


def entry_mac(key: bytes, entry: Entry) -> str:
    return mac(key, "entry", entry.pk, entry.number, entry.day, entry.digest)


def seal_digest(seal: Seal) -> str:
    return sha256(f"seal\n{seal.day}\n{seal.first}\n{seal.last}\n{seal.last_digest}\n{seal.previous}")


def seal_mac(key: bytes, seal: Seal) -> str:
    return mac(key, "seal", seal.day, seal.digest)


def head_mac(key: bytes, head: Head) -> str:
    return mac(key, "head", head.count, head.day, head.digest)
