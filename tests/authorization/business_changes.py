"""Changes of the published targets: one about every territory of the plan, with evidence; letters come with the publication."""

from datetime import datetime

from django.core.files.base import ContentFile

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import ChangeEvidence, PlanVersion, TargetChange
from quyu.platform.files import services as files
from tests.authorization.world import World


def make_changes(world: World, at: datetime) -> None:
    """Asked for by operations, so that nobody below sees one for having asked."""
    version = PlanVersion.objects.get(state="published")
    axes = Axes.from_json(version.axes)
    for leaf in axes.leaves:
        change = TargetChange.objects.create(
            plan_version=version, title=world.mark("调"), trigger="market", region=leaf, period=axes.root.period,
            first_month=axes.months[6], reason=world.mark("调"), created_by=world.users["ops"], created_at=at,
        )  # fmt: skip
        proof = ContentFile(b"proof", name=world.mark("件"))
        kept = files.store(upload=proof, actor=world.users["ops"], at=at)
        ChangeEvidence.objects.create(
            change=change, text=world.mark("据"), file=kept, added_by=world.users["ops"], added_at=at
        )
