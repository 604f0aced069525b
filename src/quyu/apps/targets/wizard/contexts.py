"""What each step of a new plan shows beside its form, from the answers so far."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.rulebook import RULES
from quyu.apps.targets.selectors.rules import binding_share
from quyu.apps.targets.services.history import cleaning, drafts
from quyu.apps.targets.services.history.cleaning import Proposal
from quyu.apps.targets.services.history.drafts import Prepared
from quyu.apps.targets.wizard import answers as keeping
from quyu.apps.targets.wizard import preview
from quyu.apps.targets.wizard.answers import Answers
from quyu.apps.targets.wizard.forms import FACTOR, GROWTH_WAYS, LIKE
from quyu.kernel.measure import format_value, say_value
from quyu.kernel.rate import format_bp, growth_bp

Context = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One step: its template and what it shows beside its form."""

    template: str
    context: Callable[[Answers, Prepared | None], Context]


def order_id(found: Proposal) -> str:
    """A short name of a proposed order for the fields of the page."""
    text = "\x1f".join((found.order.order_no, found.order.customer, found.order.line))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _of_year(_answers: Answers, _prepared: Prepared | None) -> Context:
    return {}


def _of_history(answers: Answers, prepared: Prepared | None) -> Context:
    if prepared is None:
        return {}
    unit = METRICS[prepared.basis.measure].unit
    reasons = {(row["order_no"], row["customer"], row["line"]): row["reason"] for row in answers.excluded}
    rows = [
        {
            "id": order_id(one),
            "found": one,
            "value": format_value(one.order.amount, unit),
            "usual": format_value(one.order.customer_median, unit),
            "usual_here": format_value(one.order.territory_median, unit),
            "is_excluded": key in reasons,
            "reason": reasons.get(key, ""),
        }
        for one in cleaning.proposals(prepared.basis, prepared.past)
        for key in [(one.order.order_no, one.order.customer, one.order.line)]
    ]
    turnover = cleaning.changed_customers(prepared.basis, prepared.past)
    series = prepared.cleaned
    return {
        "prepared": prepared,
        "proposals": rows,
        "turnover": turnover,
        "missing": say_value(int(turnover.missing.sum()), unit) if turnover else "",
        "leaving": say_value(int(turnover.leaving.sum()), unit) if turnover else "",
        "years": series.years,
        "closed": series.closed,
        "pace_bp": round(prepared.made.pace * 10_000),
        "unplaced": say_value(prepared.past.unplaced, unit) if prepared.past.unplaced else "",
    }


def _of_weights(answers: Answers, prepared: Prepared | None) -> Context:
    if prepared is None:
        return {}
    form = answers.weights_form()
    form.is_valid()
    found = preview.preview(prepared)
    axes = prepared.past.axes
    tops = list(axes.tree.children(axes.tree.root)) or [axes.tree.root]
    return {
        "form": form,
        "preview": found,
        "test": prepared.test,
        "last_plan": prepared.last_plan,
        "shift": drafts.festival_shift_days(prepared),
        "region_rates": _rates(form, "region", drafts.trends_of_regions(prepared, tops), axes.name),
        "line_rates": _rates(form, "line", drafts.trends_of_lines(prepared), axes.line_name),
    }


def _rates(form: Any, kind: str, trends: dict[str, int], name: Callable[[str], str]) -> list[Context]:
    return [
        {
            "field": f"{kind}-{code}",
            "name": name(code),
            "value": form.data.get(f"{kind}-{code}", ""),
            "trend_bp": trend,
            "error": form.rate_errors.get(code, "") if form.data.get("growth_by") == kind else "",
        }
        for code, trend in trends.items()
    ]


def _of_dimensions(answers: Answers, prepared: Prepared | None) -> Context:
    if prepared is None:
        return {}
    form, said = answers.dimensions_form(), answers.of("dimensions")
    form.is_valid()
    return {
        "form": form,
        "cell_count": prepared.past.axes.size,
        "dimensions": prepared.past.axes.dimensions,
        "newcomers": [
            {
                "one": one,
                "chosen": said.get(LIKE + one.code, ""),
                "factor": said.get(FACTOR + one.code, "100"),
                "error": form.factor_errors.get(one.code, ""),
            }
            for one in preview.newcomers(prepared)
        ],
    }


def _of_total(answers: Answers, prepared: Prepared | None) -> Context:
    if prepared is None:
        return {}
    metric = METRICS[prepared.basis.measure]
    base, before = int(prepared.made.cells.sum()), int(prepared.made.last_year.sum())
    total = keeping.total_of(answers, prepared.made)
    return {
        "base": say_value(base, metric.unit, metric.word),
        "before": say_value(before, metric.unit, metric.word),
        "total": say_value(total, metric.unit, metric.word),
        "growth": growth_bp(total, before),
        "base_growth": growth_bp(base, before),
    }


def _of_create(answers: Answers, prepared: Prepared | None) -> Context:
    if prepared is None:
        return {}
    return _of_total(answers, prepared) | {
        "seen": answers.stamp,
        "name": keeping.name_of(answers),
        "growth_rate": _growth_in_words(prepared),
        "basis": prepared.basis,
        "measure": METRICS[prepared.basis.measure].name,
        "years": prepared.cleaned.years,
        "cell_count": prepared.past.axes.size,
        "dimensions": [dimension.name for dimension in prepared.past.axes.dimensions],
        "share": _share_in_words(prepared),
    }


def _share_in_words(prepared: Prepared) -> str:
    """What R1 does to the draft; empty where it does not bind."""
    rule = binding_share(prepared.basis.measure, prepared.past.axes)
    if rule is None:
        return ""
    words = {"level": rule.get_level_display(), "share": RULES[rule.code].said(rule.threshold)}
    return _("%(level)s不少于 %(share)s，不足的由同一区域同一月的其他产品调入") % words


def _growth_in_words(prepared: Prepared) -> str:
    """The way chosen and the company's rate."""
    return f"{GROWTH_WAYS[prepared.basis.growth_by]} {format_bp(prepared.made.growth.company_bp)}"


PAGES = {
    "year": Page("targets/new/year.html.jinja", _of_year),
    "history": Page("targets/new/history.html.jinja", _of_history),
    "weights": Page("targets/new/weights.html.jinja", _of_weights),
    "dimensions": Page("targets/new/dimensions.html.jinja", _of_dimensions),
    "total": Page("targets/new/total.html.jinja", _of_total),
    "create": Page("targets/new/create.html.jinja", _of_create),
}
