"""Bringing a workbook of units back: read, compared row by row with the draft, then applied as one step."""

from quyu.apps.territories.imports.comparison import Comparison, UnitMove, compare
from quyu.apps.territories.imports.reading import Content, FileRow, NotThisDraft, Problem, Stamp, read

__all__ = [
    "Comparison",
    "Content",
    "FileRow",
    "NotThisDraft",
    "Problem",
    "Stamp",
    "UnitMove",
    "compare",
    "read",
]
