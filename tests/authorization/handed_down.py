"""A round of the world: a second draft, every node asked, a word and a file at each territory, minutes of the head office."""

from datetime import date

from django.core.files.base import ContentFile

from quyu.apps.targets import services as planning
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.models import Evidence, Handover, Minutes, NegotiationMove, PlanVersion
from quyu.apps.targets.services import rounds
from quyu.platform.files import services as files
from tests.authorization.world import World


def hand_down(world: World, version: PlanVersion, at: object) -> None:
    """Bottom up, so that every node is open, with bands that leave every manager free."""
    operations, director = world.users["ops"], world.users["director"]
    draft = planning.new_version(plan_version=version, actor=operations, at=at)  # type: ignore[arg-type]
    found = rounds.start_round(
        plan_version=draft, title="下达", message="", due_on=date(2027, 1, 1), direction="bottom_up",
        bands=[rounds.Band(depth, 10_000, None) for depth in range(1, 5)], actor=director, at=at,  # type: ignore[arg-type]
    )  # fmt: skip
    for number, row in enumerate(Handover.objects.filter(round=found, region__startswith=TERRITORY)):
        move = NegotiationMove.objects.create(
            handover=row,
            kind="comment",
            text=world.mark("议"),
            actor=director,
            at=found.opened_at,
            token=str(number),
        )
        kept = files.store(
            upload=ContentFile(b"proof", name=world.mark("证")), actor=director, at=found.opened_at
        )
        Evidence.objects.create(move=move, file=kept)
    Minutes.objects.create(
        round=found, region=world.units["HQ"].code, title=world.mark("纪"), held_on=date(2026, 6, 14),
        text=world.mark("要"), made_by=director, made_at=found.opened_at,
    )  # fmt: skip
