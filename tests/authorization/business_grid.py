"""Comments on the cells of a draft: one about every territory, said by operations."""

from datetime import datetime

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import CellComment, PlanVersion
from tests.authorization.world import World


def make_comments(world: World, at: datetime) -> None:
    """On the draft, so that who only carries targets out sees none."""
    version = PlanVersion.objects.filter(state="draft").order_by("pk")[0]
    axes = Axes.from_json(version.axes)
    for leaf in axes.leaves:
        CellComment.objects.create(
            plan_version=version, region=leaf, period=axes.root.period, text=world.mark("批"),
            author=world.users["ops"], created_at=at,
        )  # fmt: skip
