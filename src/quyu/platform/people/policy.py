"""Questions about the table of rights (`rights.py`), joined with the reach of an account (`scope.py`).

Tests and pages read the tables through this module, so that there is one place to look them up.
"""

from collections.abc import Iterator, Mapping

from quyu.platform.people.choices import Role
from quyu.platform.people.rights import (
    ACTIONS,
    ADMINISTRATORS,
    BY_ROW,
    DISCLOSED,
    EVERYONE,
    GIVEN_BY_SECURITY,
    HISTORY,
    KEEP,
    NONE,
    PERSONAL,
    POLICY,
    RESOURCES,
    SEEN_STATES,
    STATES,
    VISIBLE,
    WRITABLE,
)
from quyu.platform.people.scope import Scope

__all__ = [
    "ACTIONS", "ADMINISTRATORS", "BY_ROW", "DISCLOSED", "EVERYONE", "GIVEN_BY_SECURITY", "HISTORY", "KEEP",
    "PERSONAL", "POLICY", "RESOURCES", "SEEN_STATES", "STATES", "VISIBLE", "WRITABLE",
]  # fmt: skip


def is_known(resource: str, action: str) -> bool:
    """Whether the table has such a resource and such an action."""
    return resource in RESOURCES and action in ACTIONS


def roles_with(resource: str, action: str, *, about: str = "") -> frozenset[str]:
    """The roles that carry a right; for `personal`, about whose fields."""
    return frozenset(
        role
        for role, rights in POLICY.items()
        if action in rights.get(resource, NONE) and (not about or about in DISCLOSED.get(role, NONE))
    )


def allows(scope: Scope, resource: str, action: str) -> bool:
    """Whether any role of the scope carries the right; an unknown account has none."""
    if scope.user_id is not None and action in EVERYONE.get(resource, NONE):
        return True
    return not scope.roles.isdisjoint(roles_with(resource, action))


def narrow(scope: Scope, resource: str, action: str) -> Scope:
    """The scope with the reach of only those roles that carry the right."""
    return scope.over(roles_with(resource, action))


def may_disclose(scope: Scope, resource: str, action: str = "view") -> bool:
    """Whether any role may see (`view`), export or erase (`delete`) personal fields of the resource."""
    return not scope.roles.isdisjoint(roles_with("personal", action, about=resource))


def disclosing(scope: Scope, resource: str, action: str = "view") -> Scope:
    """The reach over rows whose personal fields may be shown, exported or erased."""
    return scope.over(roles_with("personal", action, about=resource) & roles_with(resource, "view"))


def is_open(resource: str, action: str, state: str) -> bool:
    """Whether an object in this state takes the action at all."""
    return state in STATES.get((resource, action), (state,))


def roles_seeing(resource: str, state: str) -> frozenset[str]:
    """The roles that see objects of the resource in this state."""
    return frozenset(
        role
        for role in roles_with(resource, "view")
        if state in SEEN_STATES.get(Role(role), {}).get(resource, (state,))
    )


def sees_state(scope: Scope, resource: str, state: str) -> bool:
    """Whether any role of the scope sees objects in this state."""
    return not scope.roles.isdisjoint(roles_seeing(resource, state))


def fields_seen(scope: Scope, resource: str) -> frozenset[str] | None:
    """The fields the scope may see of a resource; None for all of them."""
    return _union(VISIBLE, scope.roles & roles_with(resource, "view"), resource)


def fields_written(scope: Scope, resource: str) -> frozenset[str] | None:
    """The fields the scope may write of a resource; None for all that its form has."""
    writing = roles_with(resource, "edit") | roles_with(resource, "create") | roles_with(resource, "import")
    return _union(WRITABLE, scope.roles & writing, resource)


def _union(
    table: Mapping[Role, Mapping[str, frozenset[str]]], roles: frozenset[str], resource: str
) -> frozenset[str] | None:
    sets = [table.get(Role(role), {}).get(resource) for role in roles]
    listed = [fields for fields in sets if fields is not None]
    return NONE.union(*listed) if len(listed) == len(sets) else None


def carries(scope: Scope, unit_id: int, role: Role) -> bool:
    """Whether the roles held over a unit have, together, every right of `role`."""
    held = [Role(seat.role) for seat in scope.seats if seat.is_everything or unit_id in seat.unit_ids]
    rights = all(
        actions <= NONE.union(*(POLICY[mine].get(resource, NONE) for mine in held))
        for resource, actions in POLICY[role].items()
    )
    return rights and DISCLOSED.get(role, NONE) <= NONE.union(*(DISCLOSED.get(mine, NONE) for mine in held))


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
