"""Lines of strategy, their links and milestones: one on every territory and on some units of the plan."""

from datetime import date, datetime

from quyu.apps.targets.models import Milestone, PlanVersion, StrategyLine, StrategyLink
from tests.authorization.world import World

MILLION = 1_000_000


def make_settings(world: World, at: datetime) -> None:
    """Everything carries marks of its own; milestones hang on the plan of each version."""
    above = StrategyLine.objects.create(
        year=2026, title=world.mark("略"), text=world.mark("略"), created_at=at
    )
    line = StrategyLine.objects.create(year=2026, parent=above, title=world.mark("略"), created_at=at)
    StrategyLink.objects.create(strategy=line, measure="amount", region="HQ", product_line="")
    nodes = [f"T:{territory.code}" for territory in world.territories.values()]
    for plan in {version.plan for version in PlanVersion.objects.select_related("plan")}:
        for number, region in enumerate(nodes):
            Milestone.objects.create(
                plan=plan, name=world.mark("碑"), note=world.mark("碑"), region=region, due_on=date(plan.year, 9, 30),
                value=MILLION * (number + 1), owner=world.users["ops"], created_at=at,
            )  # fmt: skip
