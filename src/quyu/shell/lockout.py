"""What a person sees after too many wrong passwords: that it is so, and for how long."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

FALLBACK = timedelta(minutes=15)


def minutes_left(*, last_failure_at: datetime, cool_off: timedelta, now: datetime) -> int:
    """Whole minutes, rounded up, at least one."""
    return max(1, math.ceil((last_failure_at + cool_off - now) / timedelta(minutes=1)))


def username_of(request: HttpRequest, credentials: Mapping[str, str] | None) -> str | None:
    """Whose attempts to count: allauth authenticates with `username` but its form calls the field `login`."""
    return (credentials or {}).get("username") or request.POST.get("login")


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, str] | None = None,
) -> HttpResponse:
    """The lock-out page (429), with the minutes to wait. Axes measures them by the real clock."""
    now = timezone.now()
    attempts = AccessAttempt.objects.filter(
        username=get_client_username(request, credentials), ip_address=request.META.get("REMOTE_ADDR")
    )
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    minutes = minutes_left(last_failure_at=last or now, cool_off=get_cool_off(request) or FALLBACK, now=now)
    return render(request, "account/locked_out.html.jinja", {"minutes": minutes}, status=429)
