"""What the map of an alignment can be coloured by, and one layer of it, as far as the account may see."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from quyu.apps.market import selectors as market
from quyu.apps.territories import selectors, thematic
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.selectors import Layer, Reading
from quyu.apps.territories.selectors.layers import UNKNOWN
from quyu.apps.territories.web.answers import cached_json
from quyu.apps.territories.web.shapes import found_alignment
from quyu.kernel.measure import UNITS, format_value, say_value
from quyu.kernel.rate import growth_bp, ratio_bp
from quyu.kernel.wording import spoken_word
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

OWN = {FigureMeasure.AMOUNT: "fen", FigureMeasure.CUSTOMERS: "count", FigureMeasure.WORKLOAD: "count"}
WORDS = {FigureMeasure.CUSTOMERS.value: "家", FigureMeasure.WORKLOAD.value: "分钟"}
PLANNED = 10_000
"""Attainment of 100 %, in basis points."""


@guard.require("territory", "view")
def choices(request: GuardedRequest, pk: int) -> HttpResponseBase:
    """The layers there are: id and name."""
    found_alignment(request, pk)
    found = [{"id": m.value, "label": str(m.label)} for m in OWN if selectors.figures_date(m)]
    found += [{"id": offer.id, "label": str(offer.label)} for offer in open_offers(request)]
    found += [{"id": row.id, "label": str(row.label)} for row in market.layers(request.scope, request.today)]
    return answer(request, found)


def open_offers(request: GuardedRequest) -> list[thematic.Offer]:
    return [
        offer
        for offer in thematic.offers()
        if guard.may(request, *offer.right) and offer.exists(request.today)
    ]


@guard.require("territory", "view")
def layer(request: GuardedRequest, pk: int, name: str) -> HttpResponseBase:
    """Classes with their colours, the class and text of every visible unit, the most striking ones."""
    reading = selectors.read(found_alignment(request, pk), scope=request.scope, at=request.today)
    found = found_layer(request, reading, name)
    if found is None:
        raise Http404
    return answer(request, layer_json(found, reading, request.today))


def found_layer(request: GuardedRequest, reading: Reading, name: str) -> Layer | None:
    if name in OWN:
        return figure_layer(reading, FigureMeasure(name))
    offer = next((offer for offer in open_offers(request) if offer.id == name), None)
    if offer is not None:
        return offered_layer(offer, offer.make(guard.check(request, *offer.right), request.today), reading)
    given = next((row for row in market.layers(request.scope, request.today) if row.id == name), None)
    if given is None:
        return None
    seen = {row.unit.code for row in reading.shown}
    values = {code: value for code, value in given.values.items() if code in seen}
    return Layer(name, str(given.label), given.unit, "unit", values, estimated=given.estimated)


def figure_layer(reading: Reading, measure: FigureMeasure) -> Layer:
    values = in_units(reading, reading.figures[measure])
    shown = {code: value for code, value in values.items() if value}
    return Layer(measure.value, str(measure.label), OWN[measure], "unit", shown)


def in_units(reading: Reading, values: Mapping[int, int]) -> dict[str, int]:
    """Values by code of the visible base units, with those of finer units in them."""
    sums = selectors.gathered(reading, values)
    return {row.unit.code: sums.get(row.unit_id, 0) for row in reading.shown}


def offered_layer(offer: thematic.Offer, figures: thematic.Figures, reading: Reading) -> Layer:
    """Growth or share; finer units are added to the unit they lie in before they are compared."""
    now, before = (compared_sums(offer.grain, sums, reading) for sums in (figures.values, figures.base))
    compare, middle = (growth_bp, 0) if offer.kind == "growth" else (ratio_bp, PLANNED)
    values = {code: compare(now.get(code, 0), base) for code, base in before.items() if base > 0}
    known = {code: value for code, value in values.items() if value is not None}
    change = {code: now.get(code, 0) - before.get(code, 0) for code in known}
    weight = change if offer.kind == "growth" else None
    return Layer(offer.id, str(offer.label), "bp", offer.grain, known, middle, weight)


def compared_sums(grain: str, sums: Mapping[str, int], reading: Reading) -> dict[str, int]:
    if grain == "unit":
        ids = {row.unit.code: row.unit_id for row in reading.rows}
        return in_units(reading, {ids[code]: value for code, value in sums.items() if code in ids})
    seen = {territory.code for territory in reading.seen.values()}
    return {code: value for code, value in sums.items() if code in seen}


def layer_json(layer: Layer, reading: Reading, today: date) -> dict[str, Any]:
    word = WORDS.get(layer.id, UNITS[layer.unit].chinese)
    names = {row.unit.code: row.unit.name for row in reading.shown}
    names |= {territory.code: territory.name for territory in reading.seen.values()}
    day = reading.dates.get(layer.id) if layer.id in OWN else today

    def said(code: str) -> str:
        text = say_value(layer.values[code], layer.unit, word)
        if layer.unit == "bp" and layer.middle == 0 and layer.values[code] > 0:
            text = f"+{text}"
        if layer.weight is not None:
            text = f"{text}（{layer.weight[code] / 1_000_000:+,.2f} {UNITS['fen'].word}）"
        return text

    high, low = layer.striking
    return {
        "id": layer.id,
        "label": layer.label,
        "grain": layer.grain,
        "classes": legend(layer, word),
        "unknown": UNKNOWN,
        "day": day.isoformat() if day else "",
        "values": {code: [layer.class_of(value), said(code)] for code, value in layer.values.items()},
        "estimated": sorted(layer.estimated),
        "high": [{"code": code, "name": names.get(code, code), "text": said(code)} for code in high],
        "low": [{"code": code, "name": names.get(code, code), "text": said(code)} for code in low],
    }


def legend(layer: Layer, word: str) -> list[dict[str, str]]:
    """Colour and text of each class, from low to high."""
    limits, colours = layer.limits, layer.colours
    texts = [format_value(limit, layer.unit) for limit in limits]
    unit = spoken_word(word)
    found = []
    for index, colour in enumerate(colours):
        if not texts:
            text = _("全部")
        elif index == 0:
            text = _("低于 %(limit)s %(unit)s") % {"limit": texts[0], "unit": unit}
        elif index == len(texts):
            text = _("%(limit)s %(unit)s 及以上") % {"limit": texts[-1], "unit": unit}
        else:
            text = _("%(low)s 至 %(high)s %(unit)s") % {
                "low": texts[index - 1], "high": texts[index], "unit": unit,
            }  # fmt: skip
        found.append({"colour": colour, "text": text})
    return found


def answer(request: GuardedRequest, body: object) -> HttpResponseBase:
    return cached_json(
        request,
        body,
        lambda: json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        kind="application/json",
    )
