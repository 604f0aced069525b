"""Seals as a file to keep elsewhere: who compares with it later finds what was rewritten, key or no key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import chain
from quyu.platform.audit.links import Head, Seal
from quyu.platform.audit.trail import Kept


class NotSeals(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__("not_seals", "{name} 不是 quyu audit seals 写出的日封文件。", name=name)


def current() -> Kept:
    """All seals, and the end of the trail."""
    return Kept(chain.current_seals(), chain.current_head())


def as_data(kept: Kept) -> dict[str, Any]:
    """The file's content."""
    head = _dated(asdict(kept.head)) if kept.head else None
    return {"seals": [_dated(asdict(seal)) for seal in kept.seals], "head": head}


def from_data(data: Mapping[str, Any]) -> Kept:
    """The inverse of `as_data`; raises KeyError, TypeError or ValueError."""
    seals = [Seal(**{**row, "day": date.fromisoformat(row["day"])}) for row in data["seals"]]
    head = data["head"]
    if head is None:
        return Kept(seals, None)
    day = date.fromisoformat(head["day"]) if head["day"] else None
    return Kept(seals, Head(**{**head, "day": day}))


def read(path: Path) -> Kept:
    """A file of seals. Raises NotSeals."""
    try:
        return from_data(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise NotSeals(path.name) from error


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "day": row["day"].isoformat() if row["day"] else None}
