"""Rows out as XLSX, in columns that can be imported again (`masterdata.importing`)."""

from collections.abc import Mapping
from typing import IO, Any

from quyu.platform.fields import values
from quyu.platform.files import spreadsheet
from quyu.platform.viewsets.viewset import Caller, Viewset


def export(viewset: Viewset[Any], caller: Caller, params: Mapping[str, str]) -> IO[bytes]:
    """The rows the caller finds, one at a time, in columns that can be imported again."""
    names = viewset.seen(caller, viewset.shown)
    rows = viewset.found(caller, params).iterator(chunk_size=1000)
    cells = ([viewset.show(row, name, values.cell) for name in names] for row in rows)
    return spreadsheet.write(viewset.title, [viewset.label(name) for name in names], cells)
