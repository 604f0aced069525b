"""The home page and its figures, which load after the page."""

from django.http import HttpResponse
from django.shortcuts import render

from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.platform.people import guard
from quyu.platform.people.choices import Role
from quyu.platform.people.guard import GuardedRequest
from quyu.shell.home.standing import panel_for
from quyu.shell.home.tasks import first_steps, tasks_for
from quyu.shell.home.watch import alerts_for, pack_for


@guard.require("home", "view")
def home(request: GuardedRequest) -> HttpResponse:
    """The frame; figures and tasks follow by themselves, so that the page is there at once."""
    scope = guard.full_scope(request)
    context = {
        "roles": [str(label) for code, label in Role.choices if code in scope.roles],
        "has_figures": guard.may(request, "actual", "view"),
        "has_alerts": guard.may(request, "alert", "view"),
        "has_rules": guard.may(request, "actual", "view") and guard.may(request, "plan", "view"),
    }
    return render(request, "home/home.html.jinja", context)


@guard.require("home", "view")
def tasks(request: GuardedRequest) -> HttpResponse:
    """What to do next, by what this account may do."""
    return render(request, "home/tasks.html.jinja", {"tasks": tasks_for(request)})


@guard.require("actual", "view")
def standing(request: GuardedRequest) -> HttpResponse:
    """This year's target, actual and pace of what the account answers for; first steps where there is nothing."""
    try:
        panel = panel_for(request.scope, today=request.today)
    except NothingToPlan:
        panel = None
    if panel is None:
        return render(request, "home/first_steps.html.jinja", {"steps": first_steps(request)})
    return render(request, "home/standing.html.jinja", {"panel": panel})


@guard.require("alert", "view")
def alerts(request: GuardedRequest) -> HttpResponse:
    """The gravest open alerts within reach."""
    return render(
        request, "home/alerts.html.jinja", {"alerts": alerts_for(request.scope, today=request.today)}
    )


@guard.require("plan", "view")
def rules(request: GuardedRequest) -> HttpResponse:
    """The policy pack so far, of the actuals within reach."""
    reach = guard.check(request, "actual", "view")
    return render(request, "home/rules.html.jinja", {"pack": pack_for(reach, today=request.today)})


@guard.require("actual", "view")
def wall(request: GuardedRequest) -> HttpResponse:
    """The same figures without menu and tasks, for the screen on the office wall; they renew themselves."""
    return render(request, "home/wall.html.jinja")
