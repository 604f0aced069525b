"""The JSON API at `/api/`: every registered object, with the same rows, scope, form and refusals as its pages.

Signed-in sessions only; a writing call sends the CSRF token of the session. `/api/docs` describes it.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from django.utils.translation import gettext
from ninja import Body, NinjaAPI, Router
from ninja.security import django_auth

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.people import guard
from quyu.platform.viewsets.viewset import PAGE_SIZE, REGISTRY, Caller, Viewset

Json = dict[str, Any]
JSON_TYPES = {"BooleanField": "boolean", "IntegerField": "integer", "BigIntegerField": "integer"}


def caller_of(request: HttpRequest, viewset: Viewset[Any], action: str) -> Caller:
    """The caller with the reach of this right, or 403."""
    scope = guard.check(request, viewset.resource, action)
    return Caller(request.user, scope, request.today, request.now)  # type: ignore[attr-defined, arg-type]


def row_json(viewset: Viewset[Any], row: Any, hidden: frozenset[str]) -> Json:
    """Related rows by key, amounts in fen, private fields masked."""
    shown = {name: viewset.show(row, name, hidden, values.plain) for name in viewset.shown}
    return {"id": row.pk, "version": row.version, **shown}


def save(viewset: Viewset[Any], caller: Caller, row: Any, body: Mapping[str, Any]) -> HttpResponse:
    """Write the body over `row` (or a new one): 422 names what is wrong, 409 shows both values."""
    form_class = viewset.form_class(caller)
    given = {
        name: values.text(viewset.field(name), body[name]) for name in form_class.base_fields if name in body
    }
    if unknown := sorted(set(body) - set(form_class.base_fields) - {"version"}):
        return JsonResponse({"errors": {name: [{"code": "unknown_field"}] for name in unknown}}, status=422)
    form = viewset.bind(form_class, row, given)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=422)
    try:
        saved = viewset.save(form, expected_version=body.get("version") or 0, caller=caller)
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "message": values.spoken(refusal)}, status=409)
    return JsonResponse(row_json(viewset, saved, viewset.hidden(caller)), status=200 if row else 201)


def query_parameter(name: str) -> Json:
    return {"in": "query", "name": name, "schema": {"type": "string"}, "required": False}


def router_of(viewset: Viewset[Any]) -> Router:
    """List, one row, create, change, delete. A change must say which `version` it saw."""
    router = Router(tags=[str(viewset.model._meta.verbose_name)])
    kinds = {
        name: JSON_TYPES.get(viewset.field(name).get_internal_type(), "string") for name in viewset.fields
    }
    properties = {name: {"type": [kind, "null"]} for name, kind in {**kinds, "version": "integer"}.items()}
    body_schema = {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}
    reads = {"parameters": [query_parameter(name) for name in ("q", "sort", *viewset.filters)]}
    writes: Json = {"requestBody": body_schema}

    @router.get("/", operation_id=f"{viewset.name}_list", openapi_extra=reads)
    def list_rows(request: HttpRequest, page: int = 1) -> Any:
        """The rows, 50 to a page; `q` searches, `sort` names a column (`-` descends), filters by name."""
        caller = caller_of(request, viewset, "view")
        hidden = viewset.hidden(caller)
        found = Paginator(viewset.found(caller, request.GET.dict()), PAGE_SIZE)
        shown = found.get_page(page)
        items = [row_json(viewset, row, hidden) for row in shown]
        return {"count": found.count, "pages": found.num_pages, "page": shown.number, "items": items}

    @router.get("/{int:pk}", operation_id=f"{viewset.name}_detail")
    def one_row(request: HttpRequest, pk: int) -> Any:
        caller = caller_of(request, viewset, "view")
        return row_json(viewset, get_object_or_404(viewset.rows(caller), pk=pk), viewset.hidden(caller))

    @router.post("/", operation_id=f"{viewset.name}_create", openapi_extra=writes)
    def create(request: HttpRequest, body: Body[Json]) -> Any:
        return save(viewset, caller_of(request, viewset, "create"), None, body)

    @router.patch("/{int:pk}", operation_id=f"{viewset.name}_change", openapi_extra=writes)
    def change(request: HttpRequest, pk: int, body: Body[Json]) -> Any:
        caller = caller_of(request, viewset, "edit")
        return save(viewset, caller, get_object_or_404(viewset.rows(caller), pk=pk), body)

    @router.delete("/{int:pk}", operation_id=f"{viewset.name}_delete")
    def delete(request: HttpRequest, pk: int) -> Any:
        caller = caller_of(request, viewset, "delete")
        try:
            viewset.delete(get_object_or_404(viewset.rows(caller), pk=pk), caller=caller)
        except Refusal as refusal:
            return JsonResponse({"code": refusal.code, "message": values.spoken(refusal)}, status=409)
        return HttpResponse(status=204)

    return router


def build() -> NinjaAPI:
    """All objects under their paths."""
    seen_by_users = guard.require("home", "view")
    made = NinjaAPI(
        title="Quyu", version="1", auth=django_auth, urls_namespace="api", docs_decorator=seen_by_users
    )
    for viewset in REGISTRY.values():
        made.add_router(f"/{viewset.path}", router_of(viewset))
    made.exception_handler(PermissionDenied)(forbidden)
    return made


def forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return JsonResponse({"code": "forbidden", "message": gettext("您没有这项权限。")}, status=403)


def urls(made: NinjaAPI) -> Any:
    """The addresses of the API; its documentation is for signed-in people, its operations call `guard.check`."""
    patterns, app_name, namespace = made.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name == "api-root":
            view: Any = pattern.callback
            pattern.callback = guard.require("home", "view")(view)
    return patterns, app_name, namespace


api = build()
