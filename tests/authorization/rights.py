"""The rights as the company decided them, written down a second time and by hand.

The product has its own table; the two must agree, and nothing here reads that one. A letter is an
action: v view, c create, e edit, d delete, i import, x export, s submit, a approve, p publish.
"""

ACTIONS = {
    "v": "view", "c": "create", "e": "edit", "d": "delete", "i": "import", "x": "export", "s": "submit",
    "a": "approve", "p": "publish",
}  # fmt: skip
EVERYONE = "home=v account=ve notice=ve"
READING = (
    "org_unit=vx position=vx person=vx customer=vx market=vx territory=vx alignment=vx plan=vx target=vx letter=vx change=vx strategy=vx milestone=vx actual=vx order=vx "
    "product=vx channel=vx calendar=vx approval=v alert=v alert_rule=vx meeting=vx"
)
MANAGING = (
    "org_unit=vx position=vx person=vx customer=vxce market=vx territory=vx alignment=vxes plan=vxs target=vxesi commitment=vxea letter=vxs change=vxces strategy=vx milestone=vxced actual=vxi "
    "order=vx product=vx channel=vx calendar=vx approval=vsa import=vc claim=vce personal=v alert=ve alert_rule=vxced meeting=vxce"
)
ROLES = {
    "system_admin": "org_unit=vx position=vx person=vx user=vcedix calendar=vcedix rights=v",
    "security_admin": "org_unit=v position=v person=v user=v grant=vced rights=v",
    "audit_admin": "audit=vx rights=v",
    "sales_operations": (
        "org_unit=vcedix position=vcedix person=vcedix customer=vcedix market=vcedix territory=vcedix product=vcedix channel=vcedix "
        "calendar=vcedix alignment=vcedixsap plan=vcedixsap target=vcedixsap letter=vcedixsap change=vcedixsap commitment=vxcea strategy=vxced milestone=vxced approval=vcedixsap actual=vxid order=vx "
        "import=vcedix dealer=vce claim=vce limit=vced personal=vxd audit=vx rights=v alert=ve alert_rule=vcedix meeting=vxce"
    ),
    "sales_director": (
        "org_unit=vx position=vx person=vx customer=vx market=vx territory=vx alignment=vxap plan=vxap target=vxeap commitment=vxcea letter=vxs change=vxa strategy=vxced milestone=vxced actual=vx "
        "order=vx product=vx channel=vx calendar=vx approval=vsa claim=vce limit=v personal=v audit=vx alert=ve alert_rule=vxced meeting=vxce"
    ),
    "area_manager": MANAGING,
    "province_manager": MANAGING,
    "supervisor": f"{READING} commitment=v letter=vxs claim=vc personal=v alert=ve",
    "salesperson": "customer=vx territory=vx target=vx commitment=ve letter=vxs change=v strategy=v milestone=v actual=vx order=vx product=vx channel=vx claim=vc personal=v alert=ve",
    "finance": READING,
    "human_resources": f"{READING} person=vcedix import=vc personal=vxd",
    "auditor": f"{READING} commitment=vx import=v user=v grant=v dealer=v claim=v limit=v rights=v audit=vx",
    "dealer": "customer=v order=v product=v",
}
BY_ROW = frozenset({"salesperson", "dealer"})
"""Roles that reach single rows and never an org unit."""

PERSONAL = {"customer": ("contact", "phone", "address"), "person": ("phone", "email", "id_number")}
"""Never in any answer but that to a disclosure with a reason."""

DISCLOSING = {
    "sales_operations": ("customer", "person"),
    "sales_director": ("customer", "person"),
    "area_manager": ("customer", "person"),
    "province_manager": ("customer", "person"),
    "supervisor": ("customer", "person"),
    "salesperson": ("customer",),
    "human_resources": ("person",),
}
UNWRITTEN = {
    ("area_manager", "customer"): ("tier", "territory_override"),
    ("province_manager", "customer"): ("tier", "territory_override"),
}
"""Fields of a form that a role does not write, though it may edit the row."""


def parsed(text: str) -> dict[str, frozenset[str]]:
    pairs = (part.split("=") for part in text.split())
    return {resource: frozenset(ACTIONS[letter] for letter in letters) for resource, letters in pairs}


TABLE = {role: parsed(text) for role, text in ROLES.items()}
FOR_ALL = parsed(EVERYONE)
