"""Mistakes of the doors: forms, files, searches, masks, approvals, tokens, and pages that ask for the wrong right."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from quyu.apps.customers import models as customers
from quyu.apps.performance import panels
from quyu.apps.performance.selectors import tree
from quyu.apps.performance.web import pages as performance
from quyu.apps.performance.web import parts as performance_parts
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.services import cells as target_cells
from quyu.apps.targets.web import access as target_access
from quyu.apps.targets.web import grid as target_grid
from quyu.apps.targets.web import versions as target_pages
from quyu.apps.territories.web import edits as alignment_edits
from quyu.apps.territories.web import shapes
from quyu.platform.approvals import models as approvals
from quyu.platform.approvals import services as approval_services
from quyu.platform.audit import selectors as audit_selectors
from quyu.platform.audit import services as audit_services
from quyu.platform.disclosure import services as disclosure
from quyu.platform.fields import values
from quyu.platform.imports import runs
from quyu.platform.imports import selectors as import_selectors
from quyu.platform.masterdata.viewsets import PersonViewset
from quyu.platform.notices import services as notices
from quyu.platform.people import accounts, forms, giving, guard, policy
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import everything
from quyu.platform.signin.models import ApiToken
from quyu.platform.viewsets import sheet, viewset
from quyu.platform.viewsets import web as viewset_web
from quyu.platform.viewsets.viewset import Caller, Viewset
from quyu.shell import api, errors
from quyu.shell.signin import pages as signin_pages
from tests.authorization.breaking import Breaking, fault

OBJECTS = ("customers/", "people/", "positions/", "org-units/", "territories/list/")


@fault("mass assignment", "a form writes fields it does not have", "people/<int:pk>/edit/")
def mass_assignment(breaking: Breaking) -> None:
    def write(right: Any, self: Any, form: ModelForm[Any], **options: Any) -> Any:
        for name in form.data.keys() - form.fields.keys():
            if name in {field.attname for field in form.instance._meta.concrete_fields} - {"id", "version"}:
                setattr(form.instance, name, None)
        return right(self, form, **options)

    right = Viewset.write
    breaking.put(Viewset, "write", lambda self, form, **options: write(right, self, form, **options))


@fault("API takes any field", "unknown fields of a body are passed over in silence", "api/")
def any_field(breaking: Breaking) -> None:
    breaking.put(api, "misfits", lambda *_: {})


@fault("unwritable field", "a manager writes the class of a customer", "customers/<int:pk>/edit/ too much")
def unwritable(breaking: Breaking) -> None:
    breaking.put(policy, "fields_written", lambda *_: None)


@fault("export without scope", "a workbook holds every row", "/export/", "export/")
def open_export(breaking: Breaking) -> None:
    def export(right: Any, made: Any, caller: Caller, params: Any) -> Any:
        return right(made, Caller(caller.user, everything(), caller.at, caller.now), params)

    breaking.around(sheet, "export", export)


@fault("search without scope", "a search looks through every row", "search")
def open_search(breaking: Breaking) -> None:
    def found(self: Any, caller: Caller, params: Any) -> Any:
        if params.get("q"):
            return viewset.matching(self.model.objects.all(), self.search, params["q"]).order_by("pk")
        return right(self, caller, params)

    right = Viewset.found
    breaking.put(Viewset, "found", found)


@fault("search in personal data", "a phone number finds its owner", "search by")
def personal_search(breaking: Breaking) -> None:
    def found(self: Any, caller: Caller, params: Any) -> Any:
        names = [*self.search, *self.personal]
        return viewset.matching(self.rows(caller), names, params.get("q", "")).order_by("pk")

    breaking.put(Viewset, "found", found)


@fault("sort by personal data", "the order of a list tells the order of phones", "sort by")
def personal_sort(breaking: Breaking) -> None:
    breaking.put(PersonViewset, "sortable", lambda self, _caller: set(self.columns) | {"phone"})


@fault("choices of any field", "autocomplete answers for rows with a scope", "choices/")
def open_choices(breaking: Breaking) -> None:
    breaking.put(viewset, "related_rows", lambda _caller, model: model._default_manager.all())
    breaking.put(viewset_web, "related_rows", lambda _caller, model: model._default_manager.all())
    breaking.put(viewset_web, "REFERENCES", {**viewset.REFERENCES, OrgUnit: ("name",)})


@fault("choices unscoped", "filters and forms offer every related row", "filter", "/edit/ form", "new/")
def open_related(breaking: Breaking) -> None:
    breaking.put(viewset, "related_rows", lambda _caller, model: model._default_manager.all())


@fault("count without scope", "a list says how many rows there are in all", " list", "table")
def open_count(breaking: Breaking) -> None:
    class Telling(Paginator):  # type: ignore[type-arg]
        @property
        def count(self) -> int:
            return int(self.object_list.model.objects.count())

    breaking.put(viewset_web, "Paginator", Telling)


@fault("API count without scope", "the API says how many rows there are in all", "api/")
def open_api_count(breaking: Breaking) -> None:
    class Telling(Paginator):  # type: ignore[type-arg]
        @property
        def count(self) -> int:
            return int(self.object_list.model.objects.count())

    breaking.put(api, "Paginator", Telling)


@fault(
    "writing out of scope",
    "a row may be written where its writer cannot see it",
    "new/",
    "create",
    "imports/new/",
)
def write_anywhere(breaking: Breaking) -> None:
    def save(self: Any, form: Any, *, expected_version: int, caller: Caller) -> Any:
        return self.write(form, expected_version=expected_version, caller=caller)

    breaking.put(Viewset, "save", save)


@fault("403 for 404", "a row out of reach is refused instead of not being there", "detail", "form", "delete")
def tells_existence(breaking: Breaking) -> None:
    def found(rows: Any, **named: Any) -> Any:
        row = rows.filter(**named).first()
        if row is None:
            raise PermissionDenied
        return row

    breaking.put(viewset_web, "get_object_or_404", found)


@fault("masked field shown", "personal data leave the server as they are", "people/", "customers/")
def unmasked(breaking: Breaking) -> None:
    breaking.put(values, "mask", lambda value, *_: value)


@fault("history tells", "the history of a row shows personal data", "history")
def telling_history(breaking: Breaking) -> None:
    def text(row: Any, field: Any, names: Any = None) -> str:
        return str(getattr(row, field.attname))

    breaking.put(audit_selectors, "value_text", text)


@fault("error text tells", "the page of a missing row lists what there is", "detail", "form")
def telling_error(breaking: Breaking) -> None:
    def not_found(_request: HttpRequest, _exception: Exception) -> HttpResponse:
        return HttpResponse(" ".join(customers.Customer.objects.values_list("name", flat=True)), status=404)

    breaking.put(errors, "_page", lambda request, status: not_found(request, PermissionDenied()))


@fault("reveal without audit", "personal data are shown without a trace", "personal/")
def silent_reveal(breaking: Breaking) -> None:
    breaking.put(disclosure, "disclose", lambda **_: None)


@fault("reveal without reason", "personal data are shown for no reason", "without reason")
def reasonless_reveal(breaking: Breaking) -> None:
    breaking.around(
        disclosure, "disclose", lambda right, *, reason, **rest: right(reason=reason.strip() or "-", **rest)
    )


@fault("reveal out of reach", "personal data of any row are shown", "personal/<str:name>/<int:pk>/")
def open_reveal(breaking: Breaking) -> None:
    breaking.put(policy, "disclosing", lambda *_: everything())


@fault("undeclared view", "a page without a declaration answers everybody", "customers/<int:pk>/ detail")
def undeclared(breaking: Breaking) -> None:
    breaking.put(guard, "is_declared", lambda _view: True)
    breaking.put(guard.DefaultDenyMiddleware, "process_view", lambda *_: None)

    def bare(view: Any) -> Any:
        def page(request: Any, **arguments: Any) -> Any:
            request.scope = guard.full_scope(request)
            return view.__wrapped__(request, **arguments)

        return page

    breaking.view("customers/<int:pk>/", bare)


@fault("page of a wrong right", "deleting asks for the right to view", "customers/<int:pk>/delete/")
def wrong_right(breaking: Breaking) -> None:
    breaking.view(
        "customers/<int:pk>/delete/", lambda view: guard.require("customer", "view")(view.__wrapped__)
    )


@fault("CSRF exempt", "a form of another site is taken", "without token")
def csrf_exempt(breaking: Breaking) -> None:
    breaking.put(CsrfViewMiddleware, "process_view", lambda *_: None)


@fault("version check off", "a stale save overwrites", "stale")
def last_one_wins(breaking: Breaking) -> None:
    def save(right: Any, row: Any, *, expected_version: int, **rest: Any) -> Any:
        return right(row, expected_version=type(row).objects.get(pk=row.pk).version, **rest)

    breaking.around(audit_services, "save_checked", save)


@fault("self-approval", "a submitter approves his own request", "approve", "reject")
def self_approval(breaking: Breaking) -> None:
    def decide(found: Any, approval: Any) -> bool:
        return bool(policy.narrow(found, "approval", "approve").covers(approval.org_unit_id))

    breaking.put(approval_services, "may_decide", decide)
    breaking.put(approval_services, "refuse_if_not_allowed", lambda *_: None)


@fault("approval from afar", "a request of another region is decided", "approve", "reject")
def far_approval(breaking: Breaking) -> None:
    breaking.put(approvals.ApprovalQuerySet, "visible_to", lambda rows, *_: rows)
    breaking.put(approval_services, "may_decide", lambda *_: True)


@fault("approve by GET", "following a link approves", "approve/ by GET", "approve/ by HEAD")
def approve_by_get(breaking: Breaking) -> None:
    def open_to_get(view: Any) -> Any:
        def page(request: Any, pk: int) -> Any:
            request.method = "POST"
            return view(request, pk)

        page.quyu_permission = view.quyu_permission  # type: ignore[attr-defined]
        return page

    breaking.view("approvals/<int:pk>/approve/", open_to_get)


@fault("notice to everybody", "a decision is told to every account", "approve", "reject")
def loud_notice(breaking: Breaking) -> None:
    breaking.around(
        notices, "notify", lambda right, *, users, **rest: right(users=User.objects.all(), **rest)
    )


@fault("another's file", "the rows of another person's file are handed out", "errors/")
def others_file(breaking: Breaking) -> None:
    def any_file(view: Any) -> Any:
        def page(request: Any, pk: int) -> Any:
            run = import_selectors.ImportRun.objects.filter(pk=pk).first()
            return HttpResponse(str(run.errors) if run else "", status=200 if run else 404)

        page.quyu_permission = view.quyu_permission  # type: ignore[attr-defined]
        return page

    breaking.view("imports/<int:pk>/errors/", any_file)


@fault("job runs with everything", "a file is judged with the reach of the product itself", "imports/new/")
def unbounded_job(breaking: Breaking) -> None:
    breaking.put(runs, "_scope", lambda *_a, **_k: everything())


@fault(
    "own rights",
    "an administrator changes his own account",
    "users/<int:pk>/active/",
    "users/<int:pk>/grants/",
)
def own_rights(breaking: Breaking) -> None:
    breaking.put(accounts, "refuse_own", lambda *_: None)


@fault("administrators joined", "one account holds two administrators' roles", "users/<int:pk>/grants/")
def joined_roles(breaking: Breaking) -> None:
    breaking.put(giving, "are_apart", lambda *_: False)


@fault("another's token", "a token of another account is revoked", "account/tokens/")
def others_token(breaking: Breaking) -> None:
    breaking.put(signin_pages, "get_object_or_404", lambda _model, pk, **_: ApiToken.objects.get(pk=pk))


@fault("targets of all", "every node of a plan is in reach", "targets/")
def open_targets(breaking: Breaking) -> None:
    reach = targets.Reach
    breaking.put(reach, "covers", lambda _self, axes, region: region in axes.spans)


@fault("cells of all", "a cell of any region is written", "targets/<int:pk>/cells/", "targets/<int:pk>/lock/")
def open_cells(breaking: Breaking) -> None:
    for module in (target_grid, target_access):
        breaking.put(
            module.selectors,
            "reach_of",
            lambda axes, *_a, **_k: targets.Reach((axes.tree.root,), is_everything=True),
        )
    breaking.put(
        target_cells, "reach_of", lambda axes, *_a, **_k: targets.Reach((axes.tree.root,), is_everything=True)
    )


@fault(
    "cells of yesterday",
    "what moved away since the plan was made is still written",
    "targets/<int:pk>/cells/",
)
def cells_of_yesterday(breaking: Breaking) -> None:
    breaking.put(targets.Reach, "require_today", lambda *_: None)
    breaking.put(target_cells, "require_within", lambda *_a, **_k: {})


@fault("totals of all", "the board sums the whole company for everybody", "performance/", "home/standing/")
def open_totals(breaking: Breaking) -> None:
    breaking.put(
        tree.targets, "reach_of", lambda axes, *_a, **_k: targets.Reach((axes.tree.root,), is_everything=True)
    )


@fault("lines of all", "customers' sales of every region are listed", "performance/customers/")
def open_lines(breaking: Breaking) -> None:
    breaking.put(
        performance, "_reach", lambda *_: performance.drill.Reach(is_everything=True, territory_codes=())
    )


@fault(
    "panel of all",
    "the orders on a customer's page are those of every territory",
    "performance/parts/customer",
)
def open_panel(breaking: Breaking) -> None:
    for module in (panels, performance_parts):
        if hasattr(module, "policy"):
            breaking.put(module.policy, "narrow", lambda *_: everything())
    breaking.put(performance_parts.guard, "check", lambda *_: everything())


@fault(
    "part of the company",
    "who answers for a part publishes for all",
    "targets/<int:pk>/publish",
    "targets/<int:pk>/copy",
)
def part_for_all(breaking: Breaking) -> None:
    breaking.put(target_pages, "whole_company", lambda _request: None)


@fault("drafts of alignments", "everybody with territories sees draft divisions", "territories/alignments")
def open_drafts(breaking: Breaking) -> None:
    breaking.put(guard, "in_state", lambda *_: None)


@fault("unit of another region", "a place of another region is moved", "move/")
def open_move(breaking: Breaking) -> None:
    def any_units(request: Any, _alignment: Any) -> Any:
        return list(shapes.BasicUnit.objects.filter(code=request.POST["unit"]))

    breaking.put(alignment_edits, "named_units", any_units)


@fault("parent out of reach", "a unit is hung below any other", "org/units/<int:pk>/move/")
def any_parent(breaking: Breaking) -> None:
    right = forms.MoveUnitForm.__init__

    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        right(self, *args, **kwargs)
        self.fields["parent"].queryset = OrgUnit.objects.exclude(pk=kwargs["unit"].pk)

    breaking.put(forms.MoveUnitForm, "__init__", made)
