"""The one table of rights: role x resource x action, as plain data.

Default deny: what is not written here is not allowed. Which rows a right reaches is the scope's
business (`scope.py`); `narrow` joins the two.
"""

from collections.abc import Iterator, Mapping

from quyu.platform.people.choices import Role
from quyu.platform.people.scope import Scope

ACTIONS = ("view", "create", "edit", "delete", "import", "export", "submit", "approve", "publish")
RESOURCES = (
    "home", "account", "notice", "user", "org_unit", "position", "person", "customer", "territory", "alignment",
    "plan", "target", "actual", "import", "approval", "audit", "product", "channel", "calendar",
)  # fmt: skip

ALL = frozenset(ACTIONS)
VIEW = frozenset({"view"})
READ = frozenset({"view", "export"})
KEEP = frozenset({"view", "create", "edit", "delete", "import", "export"})
NONE: frozenset[str] = frozenset()

Rights = Mapping[str, frozenset[str]]

EVERYONE: Rights = {"home": VIEW, "account": VIEW | {"edit"}, "notice": VIEW | {"edit"}}
ORGANISATION: Rights = {"org_unit": READ, "position": READ, "person": READ}
BUSINESS_READ: Rights = {
    **ORGANISATION, "customer": READ, "territory": READ, "alignment": READ, "plan": READ, "target": READ,
    "actual": READ, "product": READ, "channel": READ, "calendar": READ, "approval": VIEW,
}  # fmt: skip
MANAGER: Rights = {
    **BUSINESS_READ,
    "customer": READ | {"create", "edit"},
    "alignment": READ | {"edit", "submit"},
    "target": READ | {"edit", "submit", "import"},
    "plan": READ | {"submit"},
    "actual": READ | {"import"},
    "import": frozenset({"view", "create"}),
    "approval": frozenset({"view", "submit", "approve"}),
}

POLICY: Mapping[Role, Rights] = {
    Role.SYSTEM_ADMIN: {**ORGANISATION, "user": KEEP, "calendar": KEEP, "audit": READ},
    Role.SALES_OPERATIONS: {
        **dict.fromkeys(("org_unit", "position", "person", "customer", "territory"), KEEP),
        **dict.fromkeys(("product", "channel", "calendar"), KEEP),
        **dict.fromkeys(("alignment", "plan", "target", "approval"), ALL),
        "actual": READ | {"import", "delete"},
        "import": KEEP,
        "audit": READ,
    },
    Role.SALES_DIRECTOR: {
        **BUSINESS_READ,
        "alignment": READ | {"approve", "publish"},
        "plan": READ | {"approve", "publish"},
        "target": READ | {"edit", "approve", "publish"},
        "approval": frozenset({"view", "submit", "approve"}),
        "audit": READ,
    },
    Role.AREA_MANAGER: MANAGER,
    Role.PROVINCE_MANAGER: MANAGER,
    Role.SUPERVISOR: BUSINESS_READ,
    Role.SALESPERSON: dict.fromkeys(
        ("customer", "territory", "target", "actual", "product", "channel"), READ
    ),
    Role.FINANCE: BUSINESS_READ,
    Role.HUMAN_RESOURCES: BUSINESS_READ,
    Role.AUDITOR: {**BUSINESS_READ, "import": VIEW, "user": VIEW, "audit": READ},
}


def roles_with(resource: str, action: str) -> frozenset[str]:
    """The roles that carry a right."""
    return frozenset(role for role, rights in POLICY.items() if action in rights.get(resource, NONE))


def allows(scope: Scope, resource: str, action: str) -> bool:
    """Whether any role of the scope carries the right; an unknown account has none."""
    if scope.user_id is not None and action in EVERYONE.get(resource, NONE):
        return True
    return not scope.roles.isdisjoint(roles_with(resource, action))


def narrow(scope: Scope, resource: str, action: str) -> Scope:
    """The scope with the reach of only those roles that carry the right."""
    return scope.over(roles_with(resource, action))


def carries(scope: Scope, unit_id: int, role: Role) -> bool:
    """Whether the roles held over a unit have, together, every right of `role`."""
    held = [POLICY[Role(seat.role)] for seat in scope.seats if seat.is_everything or unit_id in seat.unit_ids]
    return all(
        actions <= NONE.union(*(rights.get(resource, NONE) for rights in held))
        for resource, actions in POLICY[role].items()
    )


def matrix() -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """The table for people: each resource with the actions of each role, in the order of `ACTIONS`."""
    for resource in RESOURCES:
        everyone = EVERYONE.get(resource, NONE)
        yield (
            resource,
            {
                role.value: tuple(a for a in ACTIONS if a in POLICY[role].get(resource, NONE) | everyone)
                for role in Role
            },
        )
