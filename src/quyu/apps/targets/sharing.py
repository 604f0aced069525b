"""Parts of an amount by weights, none larger than its room: whole units, exact to the last one."""

from collections.abc import Sequence

from quyu.kernel.rounding import largest_remainder


def share(amount: int, *, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """Parts in [0, room], in proportion to the weights as far as the room goes.

    They sum to the amount, or to all the room where that is less. Whoever has no weight takes part only
    when all others are full. `amount`, weights and room at least 0, in one unit.
    """
    parts = [0] * len(weights)
    rest = min(amount, sum(room))
    for is_weighted in (True, False):
        open_places = [i for i, weight in enumerate(weights) if (weight > 0) == is_weighted and room[i] > 0]
        rest = _fill(parts, rest, open_places, [max(weight, 1) for weight in weights], room)
    return parts


def _fill(parts: list[int], rest: int, places: list[int], weights: Sequence[int], room: Sequence[int]) -> int:
    """Fill the places; what is left when all are full. Each pass closes those that overflow."""
    while rest and places:
        wanted = largest_remainder([weights[i] for i in places], rest).tolist()
        full = [i for i, part in zip(places, wanted, strict=True) if part >= room[i]]
        for i, part in zip(places, wanted, strict=True):
            if not full or i in full:
                parts[i] = min(part, room[i])
                rest -= parts[i]
        places = [i for i in places if i not in full] if full else []
    return rest
