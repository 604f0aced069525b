"""Going through every text of the register in which a person's values may stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models.functions import Cast

from quyu.apps.targets.models import Letter, Operation, PlanVersion
from quyu.apps.targets.selectors.letter_content import digest_of
from quyu.apps.targets.selectors.log import chain as operation_digest
from quyu.apps.targets.selectors.seal import version_digest
from quyu.platform.audit import redaction
from quyu.platform.audit.models import Decision
from quyu.platform.audit.personal import TEXT
from quyu.shell.personal.register import fields_treated
from quyu.shell.personal.wording import Replacer

CHAINED = (Decision, Operation, Letter)
"""What a fingerprint covers: cleaned together with it."""


def with_values(
    model: type[models.Model], names: tuple[str, ...], values: tuple[str, ...]
) -> models.QuerySet[Any]:
    """The rows in which a value stands, whether JSON is stored as it is or escaped."""
    found = models.Q(pk__in=[])
    rows = model._base_manager.all()
    for name in names:
        key = f"text_of_{name}"
        rows = rows.annotate(**{key: Cast(name, models.TextField())})
        for value in values:
            found |= models.Q(**{f"{key}__contains": value})
            found |= models.Q(**{f"{key}__contains": json.dumps(value)[1:-1]})
    return rows.filter(found)


def clean_texts(replacer: Replacer) -> dict[str, int]:
    """Replace the values in all texts but those that a fingerprint covers; rows changed by model."""
    changed: dict[str, int] = {}
    for model, names in fields_treated(TEXT).items():
        if model in CHAINED:
            continue
        for row in with_values(model, names, replacer.values):
            changes = dict(_changes(row, names, replacer))
            if changes:
                model._base_manager.filter(pk=row.pk).update(**changes)
                changed[model._meta.label] = changed.get(model._meta.label, 0) + 1
    return changed


def _changes(row: models.Model, names: tuple[str, ...], replacer: Replacer) -> Iterator[tuple[str, Any]]:
    for name in names:
        before = getattr(row, name)
        after = replacer.value(before)
        if after != before:
            length = getattr(row._meta.get_field(name), "max_length", None)
            yield name, after[:length] if isinstance(after, str) and length else after


def clean_trail(replacer: Replacer) -> dict[str, str]:
    """Replace the values in the audit trail; the new commitments by number."""
    names = fields_treated(TEXT)[Decision]
    numbers = with_values(Decision, names, replacer.values).values_list("number", flat=True)
    return redaction.redact(list(numbers), replacer.value)


def clean_operations(replacer: Replacer) -> int:
    """Replace the values in the logs of target versions and link those anew; how many operations said them."""
    touched = with_values(Operation, fields_treated(TEXT)[Operation], replacer.values)
    count = 0
    for version in PlanVersion.objects.filter(pk__in=set(touched.values_list("plan_version", flat=True))):
        previous, printed = "", version_digest(version)
        for row in Operation.objects.filter(plan_version=version).order_by("sequence"):
            said = (replacer.value(row.detail), replacer.text(row.reason)[:300])
            count += said != (row.detail, row.reason)
            row.detail, row.reason = said
            row.digest = operation_digest(previous, row.kind, row.detail, row.reason, row.actor_id, row.at)
            row.save(update_fields=["detail", "reason", "digest"])
            previous = row.digest
        _certify_anew(version, printed)
    return count


def clean_letters(replacer: Replacer) -> int:
    """Replace the values in the text of letters; how many said them."""
    said = with_values(Letter, fields_treated(TEXT)[Letter], replacer.values)
    for letter in said:
        letter.objection = replacer.text(letter.objection)[:500]
        _fingerprint_anew(letter, replacer.value(letter.content))
    return len(said)


def _certify_anew(version: PlanVersion, printed: str) -> None:
    """The letters of a version whose log was linked anew name its new digest, if they named the old one."""
    now = version_digest(version)
    for letter in Letter.objects.filter(plan_version=version):
        if letter.content["certificate"] == printed:
            _fingerprint_anew(letter, {**letter.content, "certificate": now})


def _fingerprint_anew(letter: Letter, content: dict[str, Any]) -> None:
    """Another text, and its fingerprint if the one before it held: what was tampered with stays found out."""
    was_whole = digest_of(letter.content) == letter.content_digest
    digest = digest_of(content) if was_whole else letter.content_digest
    Letter.objects.filter(pk=letter.pk).update(
        content=content, content_digest=digest, objection=letter.objection
    )
