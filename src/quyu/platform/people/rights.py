"""The table of rights as plain data: role x resource x action x state, and the sets of fields.

Default deny: what is not written here is not allowed. `policy` answers questions about it; the page
审计 > 权限矩阵 prints it. Which rows a right reaches is the scope's business.
"""

from collections.abc import Mapping

from quyu.platform.people.choices import Role

ACTIONS = ("view", "create", "edit", "delete", "import", "export", "submit", "approve", "publish")
RESOURCES = (
    "home", "account", "notice", "user", "grant", "org_unit", "position", "person", "customer", "dealer", "claim",
    "market", "territory", "alignment", "plan", "target", "commitment", "letter", "change", "strategy", "milestone", "limit", "actual",
    "order", "import", "approval", "personal", "audit", "rights", "product", "channel", "calendar", "alert", "alert_rule", "meeting",
)  # fmt: skip

ALL = frozenset(ACTIONS)
VIEW = frozenset({"view"})
READ = frozenset({"view", "export"})
KEEP = frozenset({"view", "create", "edit", "delete", "import", "export"})
OWN = frozenset({"view", "create", "edit", "delete"})
WATCH = frozenset({"view", "edit"})
NONE: frozenset[str] = frozenset()

Rights = Mapping[str, frozenset[str]]

EVERYONE: Rights = {"home": VIEW, "account": VIEW | {"edit"}, "notice": VIEW | {"edit"}}
ORGANISATION: Rights = {"org_unit": READ, "position": READ, "person": READ}
BUSINESS_READ: Rights = {
    **ORGANISATION, "customer": READ, "market": READ, "territory": READ, "alignment": READ, "plan": READ, "target": READ,
    "letter": READ, "change": READ, "strategy": READ, "milestone": READ, "actual": READ, "order": READ,
    "product": READ, "channel": READ, "calendar": READ, "approval": VIEW, "alert": VIEW, "alert_rule": READ, "meeting": READ,
}  # fmt: skip
MANAGER: Rights = {
    **BUSINESS_READ,
    "customer": READ | {"create", "edit"},
    "alignment": READ | {"edit", "submit"},
    "target": READ | {"edit", "submit", "import"},
    "plan": READ | {"submit"},
    "commitment": READ | {"edit", "approve"},
    "letter": READ | {"submit"},
    "change": READ | {"create", "edit", "submit"},
    "milestone": READ | OWN,
    "actual": READ | {"import"},
    "import": frozenset({"view", "create"}),
    "approval": frozenset({"view", "submit", "approve"}),
    "claim": frozenset({"view", "create", "edit"}),
    "personal": VIEW,
    "alert": WATCH,
    "alert_rule": READ | OWN,
    "meeting": READ | {"create", "edit"},
}

POLICY: Mapping[Role, Rights] = {
    Role.SYSTEM_ADMIN: {**ORGANISATION, "user": KEEP, "grant": VIEW, "calendar": KEEP, "rights": VIEW},
    Role.SECURITY_ADMIN: {
        **dict.fromkeys(("org_unit", "position", "person", "user"), VIEW),
        "grant": OWN,
        "rights": VIEW,
    },
    Role.AUDIT_ADMIN: {"audit": READ, "rights": VIEW},
    Role.SALES_OPERATIONS: {
        **dict.fromkeys(("org_unit", "position", "person", "customer", "market", "territory"), KEEP),
        **dict.fromkeys(("product", "channel", "calendar"), KEEP),
        **dict.fromkeys(("alignment", "plan", "target", "letter", "change", "approval"), ALL),
        **dict.fromkeys(("strategy", "milestone"), READ | OWN),
        "commitment": READ | {"create", "edit", "approve"},
        "actual": READ | {"import", "delete"},
        "order": READ,
        "import": KEEP,
        "dealer": frozenset({"view", "create", "edit"}),
        "claim": frozenset({"view", "create", "edit"}),
        "limit": OWN,
        "personal": frozenset({"view", "export", "delete"}),
        "audit": READ,
        "rights": VIEW,
        "alert": WATCH,
        "alert_rule": KEEP,
        "meeting": READ | {"create", "edit"},
    },
    Role.SALES_DIRECTOR: {
        **BUSINESS_READ,
        "alignment": READ | {"approve", "publish"},
        "plan": READ | {"approve", "publish"},
        "target": READ | {"edit", "approve", "publish"},
        "commitment": READ | {"create", "edit", "approve"},
        "letter": READ | {"submit"},
        "change": READ | {"approve"},
        **dict.fromkeys(("strategy", "milestone"), READ | OWN),
        "approval": frozenset({"view", "submit", "approve"}),
        "claim": frozenset({"view", "create", "edit"}),
        "limit": VIEW,
        "personal": VIEW,
        "audit": READ,
        "alert": WATCH,
        "alert_rule": READ | OWN,
        "meeting": READ | {"create", "edit"},
    },
    Role.AREA_MANAGER: MANAGER,
    Role.PROVINCE_MANAGER: MANAGER,
    Role.SUPERVISOR: {
        **BUSINESS_READ,
        "commitment": VIEW,
        "letter": READ | {"submit"},
        "claim": VIEW | {"create"},
        "personal": VIEW,
        "alert": WATCH,
    },
    Role.SALESPERSON: {
        **dict.fromkeys(("customer", "territory", "target", "actual", "order", "product", "channel"), READ),
        "commitment": VIEW | {"edit"},
        "letter": READ | {"submit"},
        **dict.fromkeys(("change", "strategy", "milestone"), VIEW),
        "claim": VIEW | {"create"},
        "personal": VIEW,
        "alert": WATCH,
    },
    Role.FINANCE: BUSINESS_READ,
    Role.HUMAN_RESOURCES: {
        **BUSINESS_READ,
        "person": KEEP,
        "import": frozenset({"view", "create"}),
        "personal": frozenset({"view", "export", "delete"}),
    },
    Role.AUDITOR: {
        **BUSINESS_READ,
        "commitment": READ,
        **dict.fromkeys(("import", "user", "grant", "dealer", "claim", "limit", "rights"), VIEW),
        "audit": READ,
    },
    Role.DEALER: dict.fromkeys(("customer", "order", "product"), VIEW),
}

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""No account holds two of these on one day, and none gives a role to himself."""
GIVEN_BY_SECURITY = ADMINISTRATORS | {Role.AUDITOR, Role.DEALER}
"""Roles that only who holds `grant` gives; the others follow from seats that operations fill."""
BY_ROW = frozenset({Role.SALESPERSON, Role.DEALER})
"""Roles that reach single rows (own territories, own customers) and never an org unit."""

DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
IN_USE = frozenset({"scheduled", "published", "superseded", "active", "retired"})

STATES: Mapping[tuple[str, str], frozenset[str]] = {
    ("alignment", "edit"): frozenset({DRAFT}),
    ("alignment", "submit"): frozenset({DRAFT}),
    ("alignment", "approve"): frozenset({SUBMITTED}),
    ("alignment", "publish"): frozenset({APPROVED}),
    ("target", "edit"): frozenset({DRAFT}),
    ("target", "import"): frozenset({DRAFT}),
    ("plan", "submit"): frozenset({DRAFT}),
    ("plan", "approve"): frozenset({SUBMITTED}),
    ("plan", "publish"): frozenset({APPROVED}),
    ("letter", "submit"): frozenset({"issued", "contested"}),
    ("change", "edit"): frozenset({"collecting"}),
    ("change", "submit"): frozenset({"collecting"}),
    ("change", "approve"): frozenset({SUBMITTED}),
    ("approval", "approve"): frozenset({SUBMITTED}),
    ("approval", "submit"): frozenset({SUBMITTED}),
}
"""In which states of the object an action is open, for whoever has it; unlisted: in any. (A submitted
approval is withdrawn by `approval.submit`, rejected by `approval.approve`.)"""

SEEN_STATES: Mapping[Role, Mapping[str, frozenset[str]]] = {
    Role.SALESPERSON: {"target": IN_USE, "territory": IN_USE},
}
"""Narrower sight of some roles: who only carries targets out sees no drafts. Unlisted: every state."""

PERSONAL: Mapping[str, tuple[str, ...]] = {
    "customer": ("contact", "phone", "address"),
    "person": ("phone", "email", "id_number"),
}
"""Personal fields of a resource: masked wherever they leave the server, neither searched nor sorted by."""

DISCLOSED: Mapping[Role, frozenset[str]] = {
    Role.SALES_OPERATIONS: frozenset(PERSONAL),
    Role.SALES_DIRECTOR: frozenset(PERSONAL),
    Role.AREA_MANAGER: frozenset(PERSONAL),
    Role.PROVINCE_MANAGER: frozenset(PERSONAL),
    Role.SUPERVISOR: frozenset(PERSONAL),
    Role.SALESPERSON: frozenset({"customer"}),
    Role.HUMAN_RESOURCES: frozenset({"person"}),
}
"""Whose personal fields a role may have shown, exported or erased, by its actions on `personal`."""

HISTORY = "history"
"""Not a field but the tab with every change of a row and who made it; seen where fields are not limited."""

VISIBLE: Mapping[Role, Mapping[str, frozenset[str]]] = {
    Role.DEALER: {
        "customer": frozenset(
            {"code", "name", "kind", "unit", "contact", "phone", "address", "opened_on", "closed_on"}
        ),
        "product": frozenset({"code", "name", "line", "category", "price_fen"}),
        "order": frozenset({"ordered_on", "order_no", "product", "quantity", "amount"}),
    },
}
"""The fields a role sees of a resource; unlisted: all."""

_BY_MANAGERS = frozenset(
    {"code", "name", "kind", "channel", "unit", "contact", "phone", "address", "opened_on", "closed_on"}
)
WRITABLE: Mapping[Role, Mapping[str, frozenset[str]]] = {
    Role.AREA_MANAGER: {"customer": _BY_MANAGERS},
    Role.PROVINCE_MANAGER: {"customer": _BY_MANAGERS},
}
"""The fields a role writes of a resource it may create or edit; unlisted: all of the form."""
