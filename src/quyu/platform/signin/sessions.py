"""How long a session lasts, who sees it, and what ends it."""

from datetime import datetime, timedelta

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

from quyu.platform.people.models import User
from quyu.platform.signin.models import Session
from quyu.platform.signin.store import ADDRESS, AGENT, SEEN, STARTED, SessionStore, moment_in

NOTE_EVERY = timedelta(minutes=1)


def begin(session: SessionBase, *, address: str, agent: str, now: datetime) -> None:
    """Stamp a new session."""
    session[STARTED] = session[SEEN] = now.isoformat()
    session[ADDRESS], session[AGENT] = address[:45], agent[:200]


def is_over(session: SessionBase, *, longest: timedelta, idle: timedelta, now: datetime) -> bool:
    """Whether it has lasted too long, or been left alone too long; one without a stamp is over."""
    started, seen = moment_in(session, STARTED), moment_in(session, SEEN)
    return started is None or seen is None or now >= started + longest or now >= seen + idle


def note_use(session: SessionBase, *, now: datetime) -> None:
    """Remember that it is in use, at most once a minute: a page view shall not write each time."""
    seen = moment_in(session, SEEN)
    if seen is None or now - seen >= NOTE_EVERY:
        session[SEEN] = now.isoformat()


def sessions_of(user: User, *, longest: timedelta, idle: timedelta, now: datetime) -> list[Session]:
    """The sessions in which the account is signed in now, the latest used first."""
    lasting = Session.objects.filter(user=user, started_at__gt=now - longest, seen_at__gt=now - idle)
    return list(lasting.filter(expire_date__gt=now).order_by("-seen_at", "session_key"))


def end_all(user: User, *, but: str | None = None) -> int:
    """Sign the account out everywhere, except in the session of this key; returns how many ended."""
    return Session.objects.filter(user=user).exclude(session_key=but or "").delete()[0]


def end_those_of_another_password(user: User) -> None:
    """Sign out every session that was opened with a password the account no longer has."""
    for row in Session.objects.filter(user=user):
        if SessionStore().decode(row.session_data).get(HASH_SESSION_KEY) != user.get_session_auth_hash():
            row.delete()
