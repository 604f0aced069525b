"""Keeping questions: saved, renamed, shared, deleted by who saved them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.reports.choices import Form, Rhythm
from quyu.apps.reports.models import SavedView, SharedLink, Subscription
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User

MOST_VIEWS = 100


@dataclass(frozen=True)
class Way:
    """How a subscribed view comes beside the notice; the form is that of the mail."""

    by_mail: bool = False
    by_bot: bool = False
    form: Form = Form.LINK


NOTICE_ONLY = Way()


class NameTaken(Refusal):
    """Two views of one person under one name."""

    def __init__(self, name: str) -> None:
        super().__init__("name_taken", "您已经有一个叫“{name}”的视图，请换一个名称。", name=name)


class TooManyViews(Refusal):
    """More than anybody can find his way in."""

    def __init__(self) -> None:
        super().__init__("too_many_views", "最多保存 {most} 个视图，请先删除不用的。", most=MOST_VIEWS)


@transaction.atomic
def save_view(
    *,
    owner: User,
    name: str,
    page: str,
    question: Mapping[str, str],
    moves: bool,
    is_shared: bool,
    today: date,
) -> SavedView:
    """Keep a question. Raises NameTaken, TooManyViews."""
    User.objects.select_for_update().get(pk=owner.pk)
    kept = SavedView.objects.filter(owner=owner)
    if kept.count() >= MOST_VIEWS:
        raise TooManyViews
    _refuse_taken(owner, name)
    row = SavedView(
        owner=owner, name=name, page=page, question=dict(question), moves=moves, is_shared=is_shared, saved_on=today
    )  # fmt: skip
    audit.by(row, owner).save()
    return row


@transaction.atomic
def change_view(*, row: SavedView, name: str, is_shared: bool, expected_version: int) -> None:
    """Another name, shared or no longer. Raises NameTaken, StaleSave."""
    User.objects.select_for_update().get(pk=row.owner_id)
    _refuse_taken(row.owner, name, but=row.pk)
    row.name, row.is_shared = name, is_shared
    audit.save_checked(row, expected_version=expected_version, actor=row.owner)


def delete_view(*, row: SavedView) -> None:
    audit.by(row, row.owner).delete()


def _refuse_taken(owner: User, name: str, *, but: int = 0) -> None:
    if SavedView.objects.filter(owner=owner, name=name).exclude(pk=but).exists():
        raise NameTaken(name)


@transaction.atomic
def subscribe(*, view: SavedView, user: User, rhythm: str, way: Way = NOTICE_ONLY, today: date) -> None:
    """Be sent a view from the next due day on; another rhythm replaces the one before, none ends it."""
    User.objects.select_for_update().get(pk=user.pk)
    kept = Subscription.objects.filter(view=view, user=user)
    if rhythm not in Rhythm.values:
        kept.delete()
        return
    if not kept.filter(rhythm=rhythm).exists():
        kept.delete()
        Subscription.objects.create(view=view, user=user, rhythm=rhythm, started_on=today)
    kept.update(by_mail=way.by_mail, by_bot=way.by_bot, form=way.form)


@transaction.atomic
def share(
    *, sharer: User, question: Mapping[str, str], known_on: date, target: str, at: datetime
) -> SharedLink:
    """A lasting address for a question as known at the end of a day; on record."""
    row = SharedLink.objects.create(
        token=secrets.token_urlsafe(18), sharer=sharer, question=dict(question), known_on=known_on,
        target=target, created_at=audit.moment(at),
    )  # fmt: skip
    audit.record(actor=sharer, verb="report.share", subject=row, label=str(row), at=at)
    return row


@transaction.atomic
def end_link(*, row: SharedLink, actor: User, at: datetime) -> None:
    """The address leads nowhere any more."""
    audit.record(actor=actor, verb="report.unshare", subject=row, label=str(row), at=at)
    row.delete()
