"""The answers one person has given so far, step by step, and the basis they amount to."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from quyu.analytics.metrics import AMOUNT as AMOUNT_SOLD
from quyu.analytics.metrics import METRICS
from quyu.apps.targets import sales
from quyu.apps.targets.models import Plan, PlanDraft
from quyu.apps.targets.selectors.potential import measures_with_figures
from quyu.apps.targets.services.baseline.stages import Draft
from quyu.apps.targets.services.history.basis import Basis, Exclusion, LikeOf
from quyu.apps.targets.wizard.forms import (
    AMOUNT,
    BASELINE,
    GROWTH,
    DimensionsForm,
    HistoryForm,
    TotalForm,
    WeightsForm,
    YearForm,
)
from quyu.kernel.rate import apply_bp
from quyu.platform.people.models import User

STEPS = ("year", "history", "weights", "dimensions", "total", "create")
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "history": {
        "years_back": "3", "last_year": "pace", "structure": "now", "customer_multiple": "5", "territory_share": "30",
    },
    "weights": {
        "weight_history": "100", "weight_potential": "0", "weight_plan": "0", "potential": "", "growth_by": "trend", "growth": "",
    },
    "dimensions": {"extras": []},
    "total": {"mode": BASELINE, "total": "", "growth": "", "unit": "1"},
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What was posted at each step, as it was posted; a step without answers has its defaults."""

    given: Mapping[str, Any]
    today: date

    def of(self, step: str) -> Mapping[str, Any]:
        """The posted fields of a step."""
        if step in self.given:
            said: Mapping[str, Any] = self.given[step]
            return said
        return _first_year(self.today) if step == "year" else DEFAULTS[step]

    @property
    def excluded(self) -> list[dict[str, str]]:
        """The orders left out: order number, customer, line, reason."""
        rows: list[dict[str, str]] = self.given.get("excluded", [])
        return rows

    @property
    def stamp(self) -> str:
        """Differs whenever any answer does; what was looked at is made only while it still stands so."""
        said = json.dumps(self.given, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def form(self, step: str) -> Any:
        """The form of any step but the last, filled with its answers."""
        return getattr(self, f"{step}_form")()

    def year_form(self) -> YearForm:
        return YearForm(self.of("year"))

    def history_form(self) -> HistoryForm:
        return HistoryForm(self.of("history"))

    def weights_form(self) -> WeightsForm:
        return WeightsForm(self.of("weights"), potentials=measures_with_figures(self.today))

    def dimensions_form(self) -> DimensionsForm:
        return DimensionsForm(self.of("dimensions"))

    def total_form(self) -> TotalForm:
        measure = str(self.of("year").get("measure"))
        return TotalForm(self.of("total"), measure=measure if measure in METRICS else AMOUNT_SOLD.id)

    def first_invalid(self) -> str | None:
        """The first step whose answers do not hold (any more)."""
        return next((step for step in STEPS[:-1] if not self.form(step).is_valid()), None)


def load(user: User, today: date) -> Answers:
    """What the person has answered so far."""
    row = PlanDraft.objects.filter(user=user).first()
    return Answers(row.answers if row else {}, today)


def save(user: User, answers: Answers, step: str, posted: Any, *, at: datetime) -> Answers:
    """Keep what was posted at a step; buttons and tokens are not answers."""
    given = {**answers.given, step: posted}
    PlanDraft.objects.update_or_create(user=user, defaults={"answers": given, "saved_at": at})
    return Answers(given, answers.today)


def clear(user: User) -> None:
    """Forget them, for the plan was made or is started anew."""
    PlanDraft.objects.filter(user=user).delete()


def posted(data: QueryDict) -> dict[str, Any]:
    """The fields of a post; several values of one name stay a list."""
    skipped = {"csrfmiddlewaretoken", "go"}
    return {
        name: values if name == "extras" else values[-1]
        for name, values in data.lists()
        if name not in skipped
    }


def basis_of(answers: Answers) -> Basis:
    """The basis the answers amount to; what does not hold yet counts as its default."""
    year = _valid(answers.year_form(), YearForm(_first_year(answers.today)))
    history = _valid(answers.history_form(), HistoryForm(DEFAULTS["history"]))
    weights = answers.weights_form()
    if not weights.is_valid():
        weights = WeightsForm(DEFAULTS["weights"], potentials=[])
        weights.is_valid()
    dimensions = _valid(answers.dimensions_form(), DimensionsForm(DEFAULTS["dimensions"]))
    chosen = history.cleaned_data
    return Basis(
        year=year.cleaned_data["year"],
        measure=year.cleaned_data["measure"],
        years_back=chosen["years_back"],
        is_rolling=chosen["last_year"] == "rolling",
        is_restated=chosen["structure"] == "now",
        rule=history.rule(),
        excluded=tuple(
            Exclusion(sales.OrderKey(row["order_no"], row["customer"], row["line"]), row["reason"])
            for row in answers.excluded
        ),
        takes_new=chosen["takes_new"],
        takes_lost=chosen["takes_lost"],
        growth_by=weights.cleaned_data["growth_by"],
        growth_bp=weights.growth_bp(),
        growth_of=weights.rates,
        weights=weights.weights(),
        potential=weights.cleaned_data["potential"],
        extras=tuple(dimensions.cleaned_data["extras"]),
        likes=tuple(LikeOf(new, *like) for new, like in sorted(dimensions.likes.items())),
    )


def name_of(answers: Answers) -> str:
    """The name of the plan, once the first step is right."""
    form = answers.year_form()
    form.is_valid()
    return str(form.cleaned_data["name"])


def total_of(answers: Answers, made: Draft) -> int:
    """The total in the measure's unit, rounded half up to the chosen unit; the base's own while it is not right."""
    form = answers.total_form()
    baseline, last_year = int(made.cells.sum()), int(made.last_year.sum())
    if not form.is_valid():
        return baseline
    given = form.cleaned_data
    if given["mode"] == AMOUNT:
        total = int(given["total"])
    elif given["mode"] == GROWTH:
        total = last_year + apply_bp(last_year, int(given["growth"] * 100))
    else:
        total = baseline
    unit: int = given["unit"]
    return (2 * total + unit) // (2 * unit) * unit


def _valid(form: Any, otherwise: Any) -> Any:
    if form.is_valid():
        return form
    otherwise.is_valid()
    return otherwise


def _first_year(today: date) -> dict[str, str]:
    """Next year; where the orders end earlier, the year after their last."""
    span = sales.reader().span()
    year = today.year + 1 if span is None or span[1].year >= today.year - 1 else span[1].year + 1
    return {"year": str(year), "name": _free_name(year), "measure": AMOUNT_SOLD.id}


def _free_name(year: int) -> str:
    """The usual name, numbered where the year has a plan of that name already."""
    usual = _("%(year)s 年销售目标") % {"year": year}
    taken = set(Plan.objects.filter(year=year, measure=AMOUNT_SOLD.id).values_list("name", flat=True))
    names = chain([usual], (f"{usual} {number}" for number in count(2)))
    return next(name for name in names if name not in taken)
