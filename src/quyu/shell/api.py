"""The JSON API at `/api/`: every registered object, with the same rows, scope, form and refusals as its pages.

Called with a personal token, or from a signed-in browser with its CSRF token. `/api/docs` describes it.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from django.utils.translation import gettext
from ninja import Body, NinjaAPI, Router
from ninja.errors import HttpError, ValidationError

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.people import guard
from quyu.platform.viewsets.viewset import PAGE_SIZE, REGISTRY, Caller, Viewset
from quyu.shell.api_auth import Session, Token
from quyu.shell.api_document import Described, DescribedAPI, kind_of, takes_null
from quyu.shell.api_errors import answer
from quyu.shell.hostile_input import StrictParser

Json = dict[str, Any]
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool, type(None)),
    "integer": (int, type(None)),
    "number": (int, float, type(None)),
    "string": (str, type(None)),
}


def caller_of(request: HttpRequest) -> Caller:
    """The caller with the reach of the right that the operation declares."""
    return Caller(request.user, request.scope, request.today, request.now)  # type: ignore[attr-defined, arg-type]


def row_json(viewset: Viewset[Any], row: Any, caller: Caller) -> Json:
    """Related rows by key, amounts in fen, personal fields masked; only what the caller may see."""
    names = viewset.seen(caller, viewset.shown)
    shown = {name: viewset.show(row, name, values.plain) for name in names}
    return {"id": row.pk, "version": row.version, **shown}


def misfits(viewset: Viewset[Any], body: Mapping[str, Any], known: set[str]) -> Json:
    """Fields of the body that do not exist for this caller, or hold another type than the document says."""
    wrong: Json = {}
    for name, value in body.items():
        kind = "integer" if name == "version" else kind_of(viewset, name) if name in known else ""
        if not kind:
            wrong[name] = [{"code": "unknown_field", "message": gettext("没有这个字段，或您不能写它。")}]
        elif not fits(value, kind) or (value is None and not takes_null(viewset, name)):
            wrong[name] = [{"code": "type", "message": gettext("类型不对，应为 {type}。").format(type=kind)}]
    return wrong


def fits(value: Any, kind: str) -> bool:
    """Whether a JSON value is of this type; true and false are no numbers."""
    return isinstance(value, PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def save(viewset: Viewset[Any], caller: Caller, row: Any, body: Mapping[str, Any]) -> HttpResponse:
    """Write the body over `row` (or a new one): 422 names what is wrong, 409 shows both values."""
    form_class = viewset.form_class(caller)
    given = {
        name: values.text(viewset.field(name), body[name]) for name in form_class.base_fields if name in body
    }
    if wrong := misfits(viewset, body, {*form_class.base_fields, "version"}):
        return answer(422, errors=wrong)
    form = viewset.bind(form_class, row, given)
    if not form.is_valid():
        return answer(422, errors=form.errors.get_json_data())
    try:
        saved = viewset.save(form, expected_version=body.get("version") or 0, caller=caller)
    except Refusal as refusal:
        return answer(409, code=refusal.code, message=values.spoken(refusal))
    return JsonResponse(row_json(viewset, saved, caller), status=200 if row else 201)


def router_of(viewset: Viewset[Any]) -> Router:
    """List, one row, create, change, delete. A change must say which `version` it saw."""
    router = Router(tags=[str(viewset.model._meta.verbose_name)])
    described = Described(viewset)

    @router.get("/", operation_id=f"{viewset.name}_list", openapi_extra=described.list)
    @guard.operation(viewset.resource, "view")
    def list_rows(request: HttpRequest, page: int = 1) -> Any:
        """The rows, 50 to a page; `q` searches, `sort` names a column (`-` descends), filters by name."""
        caller = caller_of(request)
        found = Paginator(viewset.found(caller, request.GET.dict()), PAGE_SIZE)
        shown = found.get_page(page)
        items = [row_json(viewset, row, caller) for row in shown]
        return {"count": found.count, "pages": found.num_pages, "page": shown.number, "items": items}

    @router.get("/{int:pk}", operation_id=f"{viewset.name}_detail", openapi_extra=described.detail)
    @guard.operation(viewset.resource, "view")
    def one_row(request: HttpRequest, pk: int) -> Any:
        caller = caller_of(request)
        return row_json(viewset, get_object_or_404(viewset.rows(caller), pk=pk), caller)

    @router.post("/", operation_id=f"{viewset.name}_create", openapi_extra=described.create)
    @guard.operation(viewset.resource, "create")
    def create(request: HttpRequest, body: Body[Json]) -> Any:
        return save(viewset, caller_of(request), None, body)

    @router.patch("/{int:pk}", operation_id=f"{viewset.name}_change", openapi_extra=described.change)
    @guard.operation(viewset.resource, "edit")
    def change(request: HttpRequest, pk: int, body: Body[Json]) -> Any:
        caller = caller_of(request)
        return save(viewset, caller, get_object_or_404(viewset.rows(caller), pk=pk), body)

    @router.delete("/{int:pk}", operation_id=f"{viewset.name}_delete", openapi_extra=described.delete)
    @guard.operation(viewset.resource, "delete")
    def delete(request: HttpRequest, pk: int) -> Any:
        caller = caller_of(request)
        try:
            viewset.delete(get_object_or_404(viewset.rows(caller), pk=pk), caller=caller)
        except Refusal as refusal:
            return answer(409, code=refusal.code, message=values.spoken(refusal))
        return HttpResponse(status=204)

    return router


def build() -> NinjaAPI:
    """All objects under their paths."""
    seen_by_users = guard.require("home", "view")
    made = DescribedAPI(
        title="Quyu",
        version="1",
        auth=[Token(), Session()],
        urls_namespace="api",
        docs_decorator=seen_by_users,
        parser=StrictParser(),
    )
    for viewset in REGISTRY.values():
        made.add_router(f"/{viewset.path}", router_of(viewset))
    made.exception_handler(PermissionDenied)(lambda _request, _error: answer(403))
    made.exception_handler(Http404)(lambda _request, _error: answer(404))
    made.exception_handler(HttpError)(lambda _request, error: answer(error.status_code))
    made.exception_handler(ValidationError)(unreadable)
    return made


def unreadable(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters or a body that do not fit the document, by the name of the parameter."""
    fault = [{"code": "type", "message": gettext("类型不对，或缺少内容。")}]
    return answer(422, errors={str(found["loc"][-1]): fault for found in error.errors})


def urls(made: NinjaAPI) -> Any:
    """The addresses of the API; its documentation is for signed-in people, each operation declares its right."""
    patterns, app_name, namespace = made.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name == "api-root":
            view: Any = pattern.callback
            pattern.callback = guard.require("home", "view")(view)
    return patterns, app_name, namespace


api = build()
