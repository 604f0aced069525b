"""Who asks for rows and writes them: one value for pages, files and the API."""

from dataclasses import dataclass
from datetime import date, datetime

from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Caller:
    """Who asks, with the reach of the right he uses, on which day. No user: the product itself."""

    user: User | None
    scope: Scope
    at: date
    now: datetime
