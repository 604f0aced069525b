"""The pages of every object: list, detail with history, form, delete, export, choices of a large field."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import selectors as audit
from quyu.platform.fields import values
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.searching import matching
from quyu.platform.panels import panels_of
from quyu.platform.people import guard, listings, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.viewsets import sheet
from quyu.platform.viewsets.viewset import (
    PAGE_SIZE,
    REFERENCES,
    REGISTRY,
    Caller,
    Viewset,
    related_rows,
)

CHOICES_SHOWN = 20
NUMBERS = ("IntegerField", "BigIntegerField", "FloatField")


def caller_of(request: GuardedRequest) -> Caller:
    return Caller(request.user, request.scope, request.today, request.now)


def show(request: GuardedRequest, template: str, viewset: Viewset[Any], **context: object) -> HttpResponse:
    """Render one of the object's pages with what its buttons need to know."""
    may = guard.rights_over(request, viewset.resource)
    has_history = bool(viewset.seen(caller_of(request), [policy.HISTORY]))
    shared = {"viewset": viewset, "may": may, "has_history": has_history}
    return render(request, f"viewsets/{template}.html.jinja", {**shared, **context})


def list_page(request: GuardedRequest, viewset: Viewset[Any]) -> HttpResponseBase:
    """The caller's rows, 50 at a time; HTMX asks for the table alone."""
    caller, params = caller_of(request), request.GET.dict()
    columns = viewset.seen(caller, viewset.columns)
    page = Paginator(viewset.found(caller, params), PAGE_SIZE).get_page(params.get("page"))
    context: dict[str, object] = {
        "page": page,
        "headers": [header(viewset, name, caller) for name in columns],
        "lines": [(row.pk, [viewset.show(row, name) for name in columns]) for row in page],
        "filters": viewset.filter_form(caller, params),
        "is_narrowed": any(params.get(name) for name in ("q", *viewset.filters)),
    }
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    response = show(request, "table" if is_part else "list", viewset, is_part=is_part, **context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def header(viewset: Viewset[Any], name: str, caller: Caller) -> dict[str, str]:
    """A column of the list: numbers to the right, masked fields without an order."""
    align = "end" if viewset.field(name).get_internal_type() in NUMBERS else "start"
    sort = name if name in viewset.sortable(caller) else ""
    return {"label": viewset.label(name), "align": align, "sort": sort}


def detail_page(request: GuardedRequest, viewset: Viewset[Any], pk: int) -> HttpResponseBase:
    """One row, and who changed what in it."""
    caller = caller_of(request)
    row = get_object_or_404(viewset.rows(caller), pk=pk)
    if request.GET.get("tab") == policy.HISTORY and viewset.seen(caller, [policy.HISTORY]):
        return show(request, "history", viewset, row=row, history=audit.history_rows(row))
    facts = [(viewset.label(name), viewset.show(row, name)) for name in viewset.seen(caller, viewset.shown)]
    return show(request, "detail", viewset, row=row, facts=facts, panels=panels_of(row, caller))


def form_page(request: GuardedRequest, viewset: Viewset[Any], pk: int | None = None) -> HttpResponseBase:
    """Create or edit; a stale save shows both values and writes nothing."""
    caller = caller_of(request)
    row = get_object_or_404(viewset.rows(caller), pk=pk) if pk else None
    version = row.version if row else 0
    form = viewset.bind(viewset.form_class(caller), row, request.POST.dict() if request.POST else None)
    if form.is_bound and form.is_valid():
        seen = request.POST.get("version", "")
        try:
            row = viewset.save(form, expected_version=whole_number(seen), caller=caller)
        except Refusal as refusal:
            form.add_error(None, values.spoken(refusal))
        else:
            messages.success(request, _("已保存：%(row)s") % {"row": row})
            return redirect(f"{viewset.name}-detail", pk=row.pk)
    return show(request, "form", viewset, row=row, form=form, version=version)


def delete_page(request: GuardedRequest, viewset: Viewset[Any], pk: int) -> HttpResponseBase:
    """Ask, then delete; or say why not."""
    caller, reason = caller_of(request), ""
    row = get_object_or_404(viewset.rows(caller), pk=pk)
    if request.method == "POST":
        try:
            viewset.delete(row, caller=caller)
        except Refusal as refusal:
            reason = values.spoken(refusal)
        else:
            messages.success(request, _("已删除：%(row)s") % {"row": row})
            return redirect(f"{viewset.name}-list")
    return show(request, "delete", viewset, row=row, pk=pk, reason=reason)


def export_file(request: GuardedRequest, viewset: Viewset[Any]) -> HttpResponseBase:
    """The list as it is filtered and sorted, as XLSX that can be imported again; who takes people is on record."""
    if viewset.personal:
        listings.record_export(viewset.title, actor=request.user, at=request.now)
    book = sheet.export(viewset, caller_of(request), request.GET.dict())
    return FileResponse(book, as_attachment=True, filename=f"{viewset.title}-{request.today}.xlsx")


def choices(request: GuardedRequest, viewset: Viewset[Any], field: str) -> HttpResponseBase:
    """The first matches among the rows that a large field may name, as options."""
    known = viewset.seen(caller_of(request), viewset.fields)
    model = viewset.field(field).related_model if field in known else None
    if model not in REFERENCES:
        raise Http404
    rows = matching(related_rows(caller_of(request), model), REFERENCES[model], request.GET.get(field, ""))
    found = [(getattr(row, values.KEYS[model]), row) for row in rows[:CHOICES_SHOWN]]
    return render(request, "viewsets/choices.html.jinja", {"found": found})


PAGES = (
    ("", "list", "view", list_page),
    ("new/", "create", "create", form_page),
    ("export/", "export", "export", export_file),
    ("choices/<str:field>/", "choices", "view", choices),
    ("<int:pk>/", "detail", "view", detail_page),
    ("<int:pk>/edit/", "edit", "edit", form_page),
    ("<int:pk>/delete/", "delete", "delete", delete_page),
)


def urls() -> list[URLPattern]:
    """For every object `<path>/…`, named `<model>-list`, `-create`, `-export`, `-detail`, `-edit`, `-delete`."""
    return [
        path(f"{viewset.path}/{route}", guarded(viewset, action, page), name=f"{viewset.name}-{name}")
        for viewset in REGISTRY.values()
        for route, name, action, page in PAGES
    ]


def guarded(viewset: Viewset[Any], action: str, page: Callable[..., HttpResponseBase]) -> Any:
    """The page of one object behind its door."""
    view: Any = update_wrapper(partial(page, viewset=viewset), page)
    return guard.require(viewset.resource, action)(view)
