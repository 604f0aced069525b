"""What an alignment moves between territories is kept when it is dated."""

from datetime import date

from quyu.apps.territories.models import Alignment, AlignmentFlow, Territory
from quyu.apps.territories.selectors.flows import streams_between
from quyu.apps.territories.selectors.reading import read
from quyu.platform.people.scope import everything


def record_flows(current: Alignment, previous: Alignment | None) -> None:
    """Keep what goes from which territory to which, as the units weigh today; made anew when the order changes."""
    AlignmentFlow.objects.filter(alignment=current).delete()
    reading = read(current, scope=everything(), at=date.min)
    sides = dict(Territory.objects.values_list("code", "pk"))
    AlignmentFlow.objects.bulk_create(
        [
            AlignmentFlow(
                alignment=current,
                source_id=sides[stream.source],
                target_id=sides[stream.target],
                units=stream.units,
                customers=stream.customers,
                amount_fen=stream.amount_fen,
                part=stream.part,
                whole=stream.whole,
            )
            for stream in streams_between(reading, previous)
        ],
        batch_size=500,
    )
