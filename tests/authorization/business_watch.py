"""Rules of the whole company and of parts of it, and alerts at units and territories."""

from datetime import datetime, timedelta

from quyu.apps.monitoring.choices import Act, RuleKind, Severity
from quyu.apps.monitoring.models import (
    Alert,
    AlertAct,
    AlertRule,
    CardTask,
    CardTaskReport,
    ControlTotal,
    Meeting,
    PdcaCard,
    Promise,
    PromiseReport,
)
from tests.authorization.world import World

RULES = (None, "EAST", "JS", "GD")
UNITS = ("HQ", "EAST", "JS", "GD", "JS1")
TERRITORIES = ("own-a", "own-b", "a-to-gd", "gd", "zj")
FAR = (0, 3, 8)
"""Cards of the head office and of Guangdong with a task for a salesperson of Jiangsu, who does not reach them."""


def make_watch(world: World, at: datetime) -> None:
    """Everything carries marks of its own; the rules are switched off, so that a look tells nobody."""
    rules = [
        AlertRule.objects.create(
            code=world.mark("R"), name=world.mark("规"), advice=world.mark("议"), kind=RuleKind.PACE,
            severity=Severity.HIGH, org_unit=world.units[unit] if unit else None, is_active=False,
        )
        for unit in RULES
    ]  # fmt: skip
    places = [(world.units[unit], None) for unit in UNITS]
    places += [(world.territories[name].org_unit, world.territories[name]) for name in TERRITORIES]
    for number, (unit, territory) in enumerate(places):
        alert = Alert.objects.create(
            rule=rules[number % 2], org_unit=unit, territory=territory, opened_on=at.date(), told_from=at,
            opened_figure=71, figure=72, reference=73, due_on=at.date() + timedelta(3),
            owner=world.positions["rep-a" if number == 1 else "prov-js"],
        )  # fmt: skip
        AlertAct.objects.create(
            alert=alert, kind=Act.HANDLED, text=world.mark("办"), figure=71, at=at, actor=world.users["ops"]
        )
        card = PdcaCard.objects.create(
            alert=alert, org_unit=unit, territory=territory, owner=alert.owner, kind=RuleKind.PACE,
            problem=world.mark("题"), cause=world.mark("因"), measures=world.mark("措"), lesson=world.mark("验"),
            opened_on=at.date(), opened_figure=71, goal=90, plan_by=at.date() + timedelta(3),
            state=("plan", "do", "act", "closed")[number % 4], outcome="keep" if number % 4 == 3 else "",
            closed_on=at.date() if number % 4 == 3 else None,
        )  # fmt: skip
        task = CardTask.objects.create(
            card=card,
            text=world.mark("务"),
            owner=world.positions["rep-a" if number in FAR else "prov-js"],
            due_on=at.date() + timedelta(9),
        )
        CardTaskReport.objects.create(
            about=task, kind="progress", text=world.mark("进"), actor=world.users["ops"], at=at
        )
    ControlTotal.objects.create(
        source=world.mark("源"), note=world.mark("账"), first_on=at.date(), last_on=at.date(), amount_fen=100,
        created_by=world.users["ops"], created_at=at,
    )  # fmt: skip
    for unit in UNITS:
        meeting = Meeting.objects.create(
            org_unit=world.units[unit], cadence="weekly", held_on=at.date(), agenda=world.mark("程"), minutes=world.mark("纪"),
            created_by=world.users["ops"], created_at=at,
        )  # fmt: skip
        decision = Promise.objects.create(
            meeting=meeting,
            text=world.mark("决"),
            owner=world.positions["rep-a" if unit == "GD" else "prov-js"],
            due_on=at.date() + timedelta(9),
        )
        PromiseReport.objects.create(
            about=decision, kind="cannot", text=world.mark("难"), actor=world.users["ops"], at=at
        )
