"""The potential of units as the newest model says, and what each number is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.market.choices import Known
from quyu.apps.market.models import PotentialModel
from quyu.apps.market.selectors.features import features, name_of
from quyu.apps.market.selectors.indicators import indicator
from quyu.platform.geography.codes.waiting import carried


@dataclass(frozen=True)
class Part:
    """What one feature adds to the potential of a unit: its value times a coefficient (fen for each kept unit)."""

    name: str
    known: Known
    value: int
    fen: int


def model_on(at: date) -> PotentialModel | None:
    """The model of a day: the newest whose data end on or before it."""
    found: PotentialModel | None = (
        PotentialModel.objects.filter(as_of__lte=at).order_by("-as_of", "-pk").first()
    )
    return found


def potential(at: date) -> Mapping[str, int]:
    """Unit code -> fen in twelve months; empty without a model.

    What a model from before a change of codes says is divided by its shares.
    """
    model = model_on(at)
    return carried(model.values, since=model.as_of) if model else {}


def parts_of(model: PotentialModel, code: str) -> list[Part]:
    """Why this number: the parts of a unit's potential, largest first; they add up to it but for rounding."""
    names = [row["code"] for row in model.features]
    seen = features(model.as_of, {}, only=names)
    spot = seen.spot_of.get(code)
    if spot is None or [one.code for one in seen.known] != names:
        return []
    rows = zip(seen.known, model.features, seen.matrix[spot].tolist(), strict=True)
    found = [
        Part(name_of(one), one, round(value), round(value * row["coefficient"])) for one, row, value in rows
    ]
    return sorted(found, key=lambda part: -part.fen)


def told_features(model: PotentialModel) -> list[dict[str, object]]:
    """The coefficients in words: what one unit of a feature is worth."""
    found: list[dict[str, object]] = []
    for row in model.features:
        one = indicator(row["code"])
        if one is not None:
            found.append(
                {"name": name_of(one), "share_bp": row["share_bp"], "coefficient": row["coefficient"]}
            )
    return found
