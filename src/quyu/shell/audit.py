"""The audit pages: the log of decisions and the proof of its chain."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.platform.audit import chain, entries, selectors, verbs, wording
from quyu.platform.audit.models import Decision
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

PAGE_SIZE = 50
FINDINGS_SHOWN = 200


class DecisionFilter(forms.Form):
    """Which decisions to list."""

    verb = forms.ChoiceField(label=gettext_lazy("动作"), required=False)
    subject_type = forms.ChoiceField(label=gettext_lazy("对象类型"), required=False)
    actor = forms.CharField(label=gettext_lazy("操作人"), required=False)
    start = forms.DateField(label=gettext_lazy("从"), required=False)
    end = forms.DateField(label=gettext_lazy("到"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, labels in (("verb", verbs.VERBS), ("subject_type", verbs.subject_labels())):
            field: Any = self.fields[name]
            field.choices = [("", _("全部")), *labels.items()]


def decisions_shown(request: GuardedRequest, form: DecisionFilter) -> QuerySet[Decision]:
    """The filtered log; who answers for a part of the company sees what he did himself."""
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.decisions(**{name: value for name, value in chosen.items() if value})
    return found if request.scope.is_everything else found.filter(actor=request.scope.user_id)


@guard.require("audit", "view")
def log(request: GuardedRequest) -> HttpResponse:
    """Who decided what, about which object, when and why."""
    form = DecisionFilter(request.GET)
    page = Paginator(decisions_shown(request, form), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "verb_label": verbs.verb_label,
        "subject_labels": verbs.subject_labels(),
        "detail_text": entries.one_line,
    }
    return render(request, "audit/log.html.jinja", context)


@guard.require("audit", "export")
def export(request: GuardedRequest) -> FileResponse:
    """The filtered log as a workbook, with the digests."""
    labels = verbs.subject_labels()

    def rows() -> Iterator[tuple[object, ...]]:
        for row in decisions_shown(request, DecisionFilter(request.GET)).iterator(chunk_size=1000):
            yield (
                row.number,
                timezone.localtime(row.at),
                row.actor.get_full_name() if row.actor else _("系统"),
                verbs.verb_label(row.verb),
                labels.get(row.subject_type, row.subject_type),
                row.subject_label,
                entries.one_line(row.detail),
                row.reason,
                row.digest,
            )

    headers = (
        _("编号"),
        _("时间"),
        _("操作人"),
        _("动作"),
        _("对象类型"),
        _("对象"),
        _("详情"),
        _("原因"),
        _("摘要值"),
    )
    return FileResponse(
        spreadsheet.write(_("审计"), headers, rows()), as_attachment=True, filename="audit.xlsx"
    )


@guard.require("audit", "view")
def verify(request: HttpRequest) -> HttpResponse:
    """Recomputes the whole chain and shows the result."""
    context = {"result": chain.verify_chain(), "finding_text": wording.finding_text, "shown": FINDINGS_SHOWN}
    return render(request, "audit/verify.html.jinja", context)
