"""What the map of territories asks and changes beside single moves: layers, levels, customers, neighbourhoods."""

from collections.abc import Iterator

from tests.authorization import catalog_bounds
from tests.authorization.catalog_business import PLACES, alignment_gate, draft, lock_gate, move_gate
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield from catalog_bounds.topics()
    view = (("territory", "view"),)
    for route, tail in (
        ("layers.json", "layers.json"), ("layers/<str:name>.json", "layers/amount.json"),
        ("layers/<str:name>.json", "layers/growth.json"), ("tiers/<str:kind>.json", "tiers/province.json"),
    ):  # fmt: skip
        yield Topic(
            f"{PLACES}{tail}", f"{PLACES}{route}", "GET", view, objects=lambda s: s.raw["alignment"],
            open_to=alignment_gate, status=frozenset({200, 404}),
            ask=lambda s, c, tail=tail: Ask("GET", f"/territories/alignments/{c.pk}/{tail}"),
        )  # fmt: skip
    customer = (("customer", "view"),)
    yield Topic(
        "customers/map/points.json", "customers/map/points.json", "GET", customer,
        ask=lambda s, c: Ask("GET", "/customers/map/points.json"),
    )  # fmt: skip
    yield Topic(
        "customers/map/find.json", "customers/map/find.json", "GET", customer, weight=4, objects=lambda s: s.raw["customer"],
        ask=lambda s, c: Ask("GET", f"/customers/map/find.json?q={s.raw['customer'][c.pk]['code']}"),  # type: ignore[index]
        open_to=customer_gate,
    )  # fmt: skip
    yield Topic(
        "customers/map/at/<str:code>.json", "customers/map/at/<str:code>.json", "GET", customer, weight=4,
        objects=lambda s: s.raw["basicunit"], open_to=customer_gate,
        ask=lambda s, c: Ask("GET", f"/customers/map/at/{s.raw['basicunit'][c.pk]['code']}.json"),  # type: ignore[index]
    )  # fmt: skip
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


def customer_gate(site: Site, case: Case) -> int | None:
    """A question about a place or a word is answered to everybody with the right, with what he may see."""
    user = site.accounts[case.account]
    return None if user is not None and site.oracle.may(user, case.day, "customer", "view") else 403
