"""Mistakes about whose rows a right reaches, on which day, and which rights a role has."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from quyu.apps.customers import dealers
from quyu.apps.customers import models as customers
from quyu.apps.monitoring.web import given
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.selectors import versions as target_versions
from quyu.apps.territories import models as territories
from quyu.apps.territories.selectors import alignments, reading
from quyu.platform.approvals import models as approvals
from quyu.platform.approvals import selectors as approval_selectors
from quyu.platform.audit import selectors as audit_selectors
from quyu.platform.imports import selectors as import_selectors
from quyu.platform.notices import selectors as notice_selectors
from quyu.platform.notices.models import Notice
from quyu.platform.people import account_web, guard, policy, scope
from quyu.platform.people import models as people
from quyu.platform.people.choices import Role
from quyu.platform.people.models import OrgClosure, User
from quyu.platform.people.scope import everything
from quyu.shell import audit as audit_pages
from quyu.shell.home import tasks
from quyu.shell.signin import backend
from tests.authorization.breaking import Breaking, fault

OBJECTS = ("customers/", "people/", "positions/", "org-units/", "territories/list/")


def everyone_sees(queryset: Any, *focus: str) -> None:
    """A `visible_to` that forgets its scope."""
    name = queryset.__name__.removesuffix("QuerySet")

    @fault(f"unscoped {name}", f"{name}.visible_to returns every row", *focus)
    def make(breaking: Breaking) -> None:
        breaking.put(queryset, "visible_to", lambda rows, *_args, **_kwargs: rows)


everyone_sees(people.OrgUnitQuerySet, "org-units/", "org/")
everyone_sees(people.PersonQuerySet, "people/")
everyone_sees(people.PositionQuerySet, "positions/", "org/positions")
everyone_sees(people.AssignmentQuerySet, "org/assignments")
everyone_sees(territories.TerritoryQuerySet, "territories/list/")
everyone_sees(territories.AlignmentUnitQuerySet, "territories/alignments")
everyone_sees(customers.CustomerQuerySet, "customers/")
everyone_sees(approvals.ApprovalQuerySet, "approvals/")


@fault("unscoped map", "the reading of an alignment sees every territory", "contents.json", "<int:pk>/units/")
def unscoped_map(breaking: Breaking) -> None:
    for module in (reading, alignments):
        breaking.put(module, "within_reach", lambda *_: Q(pk__isnull=False))


@fault("unscoped imports", "everybody sees every import", "imports/")
def unscoped_imports(breaking: Breaking) -> None:
    breaking.put(
        import_selectors,
        "visible_runs",
        lambda *_a, **_k: import_selectors.ImportRun.objects.select_related("file", "created_by"),
    )


@fault("unscoped notices", "notices of other accounts are listed and opened", "notices/")
def unscoped_notices(breaking: Breaking) -> None:
    breaking.put(notice_selectors, "notices_of", lambda _user: Notice.objects.order_by("-pk"))


@fault("unscoped audit", "who answers for a part reads the whole audit trail", "audit/")
def unscoped_audit(breaking: Breaking) -> None:
    breaking.put(audit_pages, "decisions_shown", lambda _request, _form: audit_selectors.decisions())


@fault("unscoped accounts", "an administrator of a part reaches every account", "users/")
def unscoped_accounts(breaking: Breaking) -> None:
    breaking.put(account_web, "reached", lambda _request, pk: User.objects.get(pk=pk))


@fault(
    "unscoped drafts",
    "who only carries targets out sees drafts of plans",
    "targets/<int:pk>/piece/",
    "targets/<int:pk>/standing/",
)
def unscoped_drafts(breaking: Breaking) -> None:
    breaking.put(guard, "in_state", lambda *_: None)
    for module in (target_versions, targets):
        breaking.around(module, "visible_versions", lambda right, _scope: right(everything()))


@fault("unscoped inbox", "the inbox lists requests of other regions", "approvals/ todo", "home/tasks")
def unscoped_inbox(breaking: Breaking) -> None:
    def waiting(_right: Any, _scope: Any) -> Any:
        return approvals.Approval.objects.filter(state="submitted").order_by("pk")

    breaking.around(approval_selectors, "waiting_for", waiting)


@fault(
    "unscoped dealer links", "a part's operations end the dealers' access everywhere", "customers/dealers/"
)
def unscoped_links(breaking: Breaking) -> None:
    breaking.put(
        dealers, "access_within", lambda *_: customers.DealerAccess.objects.select_related("user", "customer")
    )


def closed_dates(at: date, prefix: str = "") -> Q:
    """A range that holds on its last day too."""
    still = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": at})
    return Q(**{f"{prefix}valid_from__lte": at}) & still


def late_dates(at: date, prefix: str = "") -> Q:
    """A range that does not hold on its first day."""
    still = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": at})
    return Q(**{f"{prefix}valid_from__lt": at}) & still


DATED = (
    ("grants and units", scope, OBJECTS),
    ("owners of territories", territories, ("territories/list/", "customers/")),
    ("dealers' customers", customers, ("customers/<int:pk>/ detail", "api/customers/<int:pk> read")),
    (
        "people on seats",
        people,
        ("people/<int:pk>/ detail", "people/<int:pk>/edit/ form", "api/people/<int:pk> read"),
    ),
)
for place, module, topics in DATED:
    for word, rule in (("closed", closed_dates), ("late", late_dates)):

        @fault(f"{word} dates of {place}", "a range is not half-open", *topics)
        def wrong_dates(breaking: Breaking, module: Any = module, rule: Any = rule) -> None:
            breaking.put(module, "in_force", rule)


@fault("seats of next month", "a seat counts before its first day", *OBJECTS)
def future_seats(breaking: Breaking) -> None:
    breaking.around(scope, "seats_held", lambda right, user, at: right(user, at + timedelta(30)))


@fault("seats of yesterday", "a seat counts on the day it was left", *OBJECTS)
def past_seats(breaking: Breaking) -> None:
    breaking.around(scope, "seats_held", lambda right, user, at: right(user, at - timedelta(1)))


@fault("leaver stays", "who has left the company keeps his rights", *OBJECTS)
def leaver_stays(breaking: Breaking) -> None:
    def held(right: Any, user: User, at: date) -> Any:
        person, _left_on, positions = right(user, at)
        return person, None, positions

    breaking.around(scope, "seats_held", held)
    breaking.put(backend, "may_sign_in", lambda user: user.is_active)


@fault("leaver signs in", "who has left is still let in at the door", "home/", "notices/", "account/")
def leaver_signs_in(breaking: Breaking) -> None:
    breaking.put(backend, "may_sign_in", lambda user: user.is_active)


@fault("closed account", "a closed account still signs in", "home/", "notices/", "account/")
def closed_account(breaking: Breaking) -> None:
    breaking.put(backend, "may_sign_in", lambda _user: True)


@fault("old tree", "the tree of all days counts today", *OBJECTS)
def old_tree(breaking: Breaking) -> None:
    def below(_right: Any, unit_ids: set[int], _at: date) -> dict[int, frozenset[int]]:
        pairs = OrgClosure.objects.filter(ancestor_id__in=unit_ids).values_list(
            "ancestor_id", "descendant_id"
        )
        return {unit: frozenset({unit, *(d for a, d in pairs if a == unit)}) for unit in unit_ids}

    breaking.around(scope, "units_below_each", below)


@fault("widest scope", "a right reaches what another role reaches", *OBJECTS, "imports/new/")
def widest_scope(breaking: Breaking) -> None:
    breaking.put(policy, "narrow", lambda found, _resource, _action: found)


@fault(
    "own seats of any role", "a right reaches territories of a seat that lacks it", "customers/<int:pk>/edit/"
)
def any_seat(breaking: Breaking) -> None:
    breaking.around(
        policy,
        "narrow",
        lambda right, found, *what: replace(right(found, *what), position_ids=found.position_ids),
    )


@fault("everything allowed", "every right is granted to everybody", *OBJECTS)
def all_allowed(breaking: Breaking) -> None:
    breaking.put(policy, "allows", lambda *_: True)


for role, resource, action, topic in (
    (Role.SALESPERSON, "customer", "edit", "customers/<int:pk>/edit/"),
    (Role.FINANCE, "customer", "delete", "customers/<int:pk>/delete/"),
    (Role.AUDITOR, "person", "edit", "people/<int:pk>/edit/"),
    (Role.SYSTEM_ADMIN, "grant", "create", "users/<int:pk>/grants/"),
    (Role.SUPERVISOR, "approval", "approve", "approvals/"),
    (Role.HUMAN_RESOURCES, "personal", "view", "personal/"),
):

    @fault(f"{role} may {action} {resource}", "one letter too many in the table of rights", topic)
    def one_right_more(
        breaking: Breaking, role: Role = role, resource: str = resource, action: str = action
    ) -> None:
        def roles(right: Any, asked: str, does: str, *, about: str = "") -> frozenset[str]:
            found: frozenset[str] = right(asked, does, about=about)
            if role == Role.HUMAN_RESOURCES and (asked, about) == (resource, "customer"):
                return found | {role}
            return found | {role} if (asked, does) == (resource, action) else found

        breaking.around(policy, "roles_with", roles)


@fault("one right less", "a province manager may no longer edit customers", "customers/<int:pk>/edit/")
def one_right_less(breaking: Breaking) -> None:
    def roles(right: Any, asked: str, does: str, *, about: str = "") -> frozenset[str]:
        found: frozenset[str] = right(asked, does, about=about)
        return found - {Role.PROVINCE_MANAGER} if (asked, does) == ("customer", "edit") else found

    breaking.around(policy, "roles_with", roles)


@fault("stale cache", "the scope of an account is remembered from another day", *OBJECTS)
def stale_cache(breaking: Breaking) -> None:
    kept: dict[int, Any] = {}
    breaking.around(
        guard, "scope_of", lambda right, user, *, at: kept.setdefault(user.pk, right(user, at=at))
    )


@fault("user= honoured", "a parameter names the account whose rights count", *OBJECTS)
def other_user(breaking: Breaking) -> None:
    def full(right: Any, request: HttpRequest) -> Any:
        named = request.GET.get("user") or request.POST.get("user")
        if named and isinstance(request.user, User):
            return scope.scope_of(User.objects.get(pk=int(named)), at=request.today)  # type: ignore[attr-defined]
        return right(request)

    breaking.around(guard, "full_scope", full)


@fault("tasks of others", "the home page tells of requests of other regions", "home/tasks/")
def others_tasks(breaking: Breaking) -> None:
    breaking.put(tasks.guard, "full_scope", lambda _request: everything())


@fault(
    "given to anybody",
    "a task or decision opens for who does not hold it",
    "given/tasks/",
    "given/decisions/",
)
def given_to_anybody(breaking: Breaking) -> None:
    breaking.put(given, "_is_held", lambda _request, _row: True)


@fault("ruling by one side", "who answers for one side rules on a claim", "rule/")
def one_sided_ruling(breaking: Breaking) -> None:
    def any_side(view: Any) -> Any:
        def page(request: Any, code: str) -> Any:
            request.scope = replace(request.scope, is_everything=True)
            return view.__wrapped__(request, code)

        return guard.require("claim", "edit")(page)

    breaking.view("customers/conflicts/<path:code>/rule/", any_side)


@fault("API operation unchecked", "an operation asks for no right", "api/")
def unchecked_operation(breaking: Breaking) -> None:
    def admit(request: Any, _resource: str, _action: str) -> None:
        request.scope = guard.full_scope(request)
        request.permission = (_resource, _action)

    breaking.put(guard, "admit", admit)
