"""Orders left out of the base of each plan, one in every territory; each version keeps the parts of its base."""

from datetime import date, datetime

from quyu.apps.targets import store
from quyu.apps.targets.models import ExcludedOrder, PlanVersion
from tests.authorization.world import World


def make_baselines(world: World, at: datetime) -> None:
    """Reasons carry marks of their own; customers are of no master data, so that nothing else shows."""
    for version in PlanVersion.objects.select_related("plan"):
        store.save(version, store.load(version, store.BASE), "recorded")
    for plan in {version.plan for version in PlanVersion.objects.select_related("plan")}:
        for number, territory in enumerate(world.territories.values()):
            ExcludedOrder.objects.create(
                plan=plan, order_no=f"BIG-{number}", ordered_on=date(plan.year - 1, 4, 1), customer_code="-",
                territory_code=territory.code, product_line="L", value=77, customer_median=1, territory_median=1,
                reason=world.mark("剔"), excluded_by=world.users["ops"], excluded_at=at,
            )  # fmt: skip
