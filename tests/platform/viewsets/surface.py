"""The ways into an object, as a test uses them: pages, files, API."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.platform.imports.kinds import Context, Findings, Parsed, Receipt
from quyu.platform.people.models import User
from quyu.platform.people.policy import narrow
from quyu.platform.people.scope import scope_of
from quyu.platform.viewsets import sheet
from quyu.platform.viewsets.viewset import Viewset
from tests.people import TODAY, client_of

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def listed(viewset: Viewset[Any], client: Client, query: str = "") -> set[int]:
    """The rows on all pages of the list."""
    found: set[int] = set()
    for page in range(1, 20):
        html = client.get(f"/{viewset.path}/?page={page}&{query}").content.decode()
        found |= {int(pk) for pk in re.findall(rf'href="/{viewset.path}/(\d+)/"', html)}
        if 'rel="next"' not in html or re.search(r'disabled"><a[^>]*rel="next"', html):
            return found
    return found


def url(viewset: Viewset[Any], page: str, pk: int | None = None) -> str:
    return reverse(f"{viewset.name}-{page}", kwargs={"pk": pk} if pk else None)


def exported(viewset: Viewset[Any], client: Client, query: str = "") -> list[list[Any]]:
    """The cells of the exported workbook, header first."""
    response = client.get(f"{url(viewset, 'export')}?{query}")
    content = b"".join(response.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
