"""What happens to the object when its approval is decided: each kind of object registers its answers.

An answer runs in the transaction of the decision: `on_approved(approval, actor=..., at=...)`. If it
refuses, the decision is not taken. A kind may also show what the decision is about, on the approval's own page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils.translation import gettext

from quyu.platform.approvals.models import Approval
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class Answer(Protocol):
    """Carries a decision over to the object."""

    def __call__(self, approval: Approval, *, actor: User, at: datetime) -> object: ...


def nothing_to_do(approval: Approval, *, actor: User, at: datetime) -> None:
    """The object does not change with this decision."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of the approval's page: a template, what it needs (read there as `shown`), and the script it wants."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    script: str = ""


class Show(Protocol):
    """What a decision is about, as far as the reader's scope goes; None: the summary says it all."""

    def __call__(self, approval: Approval, *, scope: Scope, at: date) -> Shown | None: ...


def nothing_to_show(approval: Approval, *, scope: Scope, at: date) -> None:
    """The summary of the approval says it all."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that can be approved; `label` is its name for people."""

    label: str
    on_approved: Answer
    on_rejected: Answer
    on_withdrawn: Answer
    show: Show = nothing_to_show


_kinds: dict[str, Kind] = {}


def register(
    subject_type: str,
    *,
    label: str = "",
    on_approved: Answer,
    on_rejected: Answer = nothing_to_do,
    on_withdrawn: Answer = nothing_to_do,
    show: Show = nothing_to_show,
) -> None:
    """Declare a kind; called once, when the app is loaded."""
    _kinds[subject_type] = Kind(label or subject_type, on_approved, on_rejected, on_withdrawn, show)


def unregister(subject_type: str) -> None:
    """Forget a kind (tests)."""
    _kinds.pop(subject_type, None)


def kind_of(subject_type: str) -> Kind:
    """The registered kind; an unknown one is a programming error and fails loudly."""
    return _kinds[subject_type]


def shown_of(approval: Approval, *, scope: Scope, at: date) -> Shown | None:
    """What the kind of the approval shows of it; a kind that is not registered (any more) shows nothing."""
    kind = _kinds.get(approval.subject_type)
    return kind.show(approval, scope=scope, at=at) if kind else None


def labels() -> dict[str, str]:
    """subject_type -> name, for lists and filters."""
    return {subject_type: gettext(kind.label) for subject_type, kind in _kinds.items()}
