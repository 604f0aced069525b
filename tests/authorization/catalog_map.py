"""What the map of territories asks and changes beside single moves: neighbourhoods divided anew."""

from collections.abc import Iterator

from tests.authorization.catalog_business import PLACES, draft, lock_gate, move_gate
from tests.authorization.questions import Topic
from tests.authorization.site import Ask


def topics() -> Iterator[Topic]:
    yield Topic(
        f"{PLACES}reoptimise/", f"{PLACES}reoptimise/", "POST", (("alignment", "edit"),), objects=lambda s: s.raw["basicunit"],
        open_to=lock_gate, weight=4, status=frozenset({200, 409}),
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{draft(s)}/reoptimise/", form={"units": s.raw["basicunit"][c.pk]["code"]}  # type: ignore[index]
        ),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}rearrange/", f"{PLACES}rearrange/", "POST", (("alignment", "edit"),), writes=True,
        objects=lambda s: s.raw["basicunit"], open_to=move_gate, weight=4, status=frozenset({302}),
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{draft(s)}/rearrange/",
            form={"places": f"{s.raw['basicunit'][c.pk]['code']}\t{s.world.territories['own-b'].code}", "version": "1"},  # type: ignore[index]
        ),
    )  # fmt: skip
