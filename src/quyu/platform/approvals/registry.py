"""What happens to the object when its approval is decided: each kind of object registers its answers.

An answer runs in the transaction of the decision: `on_approved(approval, actor=..., at=...)`. If it
refuses, the decision is not taken.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext

from quyu.platform.approvals.models import Approval
from quyu.platform.people.models import User


class Answer(Protocol):
    """Carries a decision over to the object."""

    def __call__(self, approval: Approval, *, actor: User, at: datetime) -> object: ...


def nothing_to_do(approval: Approval, *, actor: User, at: datetime) -> None:
    """The object does not change with this decision."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that can be approved; `label` is its name for people."""

    label: str
    on_approved: Answer
    on_rejected: Answer
    on_withdrawn: Answer


_kinds: dict[str, Kind] = {}


def register(
    subject_type: str,
    *,
    label: str = "",
    on_approved: Answer,
    on_rejected: Answer = nothing_to_do,
    on_withdrawn: Answer = nothing_to_do,
) -> None:
    """Declare a kind; called once, when the app is loaded."""
    _kinds[subject_type] = Kind(label or subject_type, on_approved, on_rejected, on_withdrawn)


def unregister(subject_type: str) -> None:
    """Forget a kind (tests)."""
    _kinds.pop(subject_type, None)


def kind_of(subject_type: str) -> Kind:
    """The registered kind; an unknown one is a programming error and fails loudly."""
    return _kinds[subject_type]


def labels() -> dict[str, str]:
    """subject_type -> name, for lists and filters."""
    return {subject_type: gettext(kind.label) for subject_type, kind in _kinds.items()}
