"""Changes of the organisation: moving units, filling and vacating seats. All dated, all audited."""

from django.db import transaction

from quyu.platform.people import closure
from quyu.platform.people.models import OrgClosure, OrgLink, OrgUnit


@transaction.atomic
def rebuild_closure() -> int:
    """Derive the dated closure from the links anew; the number of pairs."""
    unit_ids = list(OrgUnit.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    links = [
        closure.Link(unit, parent, start, end or closure.OPEN)
        for unit, parent, start, end in OrgLink.objects.values_list(
            "unit_id", "parent_id", "valid_from", "valid_to"
        )
    ]
    pairs = closure.pairs_of(unit_ids, links)
    OrgClosure.objects.all().delete()
    OrgClosure.objects.bulk_create(
        (
            OrgClosure(
                ancestor_id=pair.ancestor,
                descendant_id=pair.descendant,
                depth=pair.depth,
                valid_from=pair.start,
                valid_to=None if pair.end == closure.OPEN else pair.end,
            )
            for pair in pairs
        ),
        batch_size=2000,
    )
    return len(pairs)
