"""The ways into an object, as a test uses them: pages, files, API."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.platform.audit.models import EditableRow
from quyu.platform.fields import values
from quyu.platform.imports import kinds, pipeline
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, everything, scope_of
from quyu.platform.viewsets.viewset import REGISTRY, Caller, Viewset
from tests.people import TODAY
from tests.platform.viewsets.samples import SAMPLES

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
AnyViewset = Viewset[Any]


def url(viewset: AnyViewset, page: str, pk: int | None = None) -> str:
    return reverse(f"{viewset.name}-{page}", kwargs={"pk": pk} if pk else None)


def listed(viewset: AnyViewset, client: Client, query: str = "") -> set[int]:
    """The rows on all pages of the list."""
    found: set[int] = set()
    for number in range(1, 20):
        page = client.get(f"{url(viewset, 'list')}?page={number}&{query}").content.decode()
        shown = {int(pk) for pk in re.findall(rf'href="/{viewset.path}/(\d+)/"', page)}
        if shown <= found:
            return found
        found |= shown
    return found


def exported(viewset: AnyViewset, client: Client, query: str = "") -> bytes:
    response = client.get(f"{url(viewset, 'export')}?{query}")
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def cells(workbook: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()


def scope_for(user: User, viewset: AnyViewset, action: str) -> Scope:
    return policy.narrow(scope_of(user, at=TODAY), viewset.resource, action)


def judged(viewset: AnyViewset, user: User, path: Path) -> pipeline.Prepared:
    """The file as the import pipeline sees it under this account's rights."""
    scope = scope_for(user, viewset, "import")
    context = kinds.Context(user, scope, NOW, TODAY, path.name, pipeline.file_sha256(path))
    return pipeline.prepare(path, kinds.kind(viewset.name), context)


def file_of(folder: Path, viewset: AnyViewset, *lines: dict[str, str]) -> Path:
    """A CSV with the object's own headers."""
    path = folder / f"{viewset.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([viewset.label(name) for name in lines[0]])
        writer.writerows([line.values() for line in lines])
    return path


def texts(viewset: AnyViewset, row: EditableRow) -> dict[str, str]:
    """The row as it is stored now, as form text."""
    product_itself = Caller(None, everything(), TODAY, NOW)
    return viewset.texts(viewset.rows(product_itself).get(pk=row.pk))


def post(client: Client, viewset: AnyViewset, row: EditableRow, **changes: str) -> HttpResponse:
    """Send the edit form as a browser would, with these changes."""
    fields = {**texts(viewset, row), "version": str(row.version), **changes}
    return client.post(url(viewset, "edit", row.pk), fields)  # type: ignore[return-value]


def patch(client: Client, viewset: AnyViewset, row: EditableRow, **body: object) -> HttpResponse:
    address = f"/api/{viewset.path}/{row.pk}"
    return client.patch(address, {"version": row.version, **body}, content_type="application/json")  # type: ignore[return-value]


def scoped_links(viewset: AnyViewset) -> list[tuple[str, AnyViewset]]:
    """The foreign keys that lead to objects of which not everybody sees every row."""
    related = [(name, viewset.field(name).related_model) for name in viewset.fields]
    return [(name, REGISTRY[model]) for name, model in related if model in SAMPLES and SAMPLES[model].away]


def key_of(row: EditableRow) -> str:
    return str(getattr(row, values.KEYS[type(row)]))


def labels(viewset: AnyViewset) -> Sequence[str]:
    return [viewset.title, *(viewset.label(name) for name in viewset.shown)]
