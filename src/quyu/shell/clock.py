"""The only place that asks what time it is. Everything below the shell receives `at` or `today`."""

from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The business date: `QUYU_TODAY` when set, else today in the company's time zone."""
    return date.fromisoformat(settings.QUYU_TODAY) if settings.QUYU_TODAY else timezone.localdate()


def now() -> datetime:
    """The current moment; under `QUYU_TODAY` the real time of day on that date."""
    moment = timezone.localtime()
    return datetime.combine(today(), time(moment.hour, moment.minute, moment.second), moment.tzinfo)


def instant() -> datetime:
    """The real clock, whatever the business date: for sessions, tokens and delays."""
    return timezone.now()
