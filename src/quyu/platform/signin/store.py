"""Sessions in the database, each row saying whose it is and when it was used (Django's SESSION_ENGINE)."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from quyu.platform.signin.models import Session

STARTED, SEEN, ADDRESS, AGENT = "quyu_started", "quyu_seen", "quyu_address", "quyu_agent"


def moment_in(data: Any, name: str) -> datetime | None:
    """A moment kept in a session, or none."""
    text = data.get(name)
    return datetime.fromisoformat(text) if text else None


class SessionStore(DatabaseStore):
    """Django's store over our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.started_at, row.seen_at = moment_in(data, STARTED), moment_in(data, SEEN)
        row.address, row.agent = data.get(ADDRESS, ""), data.get(AGENT, "")
        return row
