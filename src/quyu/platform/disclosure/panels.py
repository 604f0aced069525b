"""The part of an object's page that offers its personal fields, to those who may ask for them."""

from functools import partial
from typing import Any

from django.urls import reverse

from quyu.platform.audit.models import EditableRow
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people import policy
from quyu.platform.viewsets.viewset import REGISTRY, Viewset


def register() -> None:
    """One panel for each object with personal fields, before the others."""
    for viewset in REGISTRY.values():
        if viewset.personal:
            register_panel(viewset.model, partial(panel, viewset))


def panel(viewset: Viewset[Any], row: EditableRow, reader: Reader) -> Panel | None:
    """None where there is nothing to show, or nobody to show it to."""
    if not any(getattr(row, name) for name in viewset.personal):
        return None
    if not policy.may_disclose(reader.scope, viewset.resource):
        return None
    reach = policy.disclosing(reader.scope, viewset.resource)
    if not viewset.visible(reach, reader.at).filter(pk=row.pk).exists():
        return None
    address = reverse("personal-show", args=[viewset.name, row.pk])
    return Panel("disclosure/panel.html.jinja", {"url": address})
