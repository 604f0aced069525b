"""Bringing an exported workbook back: read, compare cell by cell, then apply as one operation."""

from quyu.apps.targets.imports.comparison import CellChange, Comparison, compare
from quyu.apps.targets.imports.workbook import CellProblem, FileCell, WorkbookContent, read, version_of

__all__ = [
    "CellChange",
    "CellProblem",
    "Comparison",
    "FileCell",
    "WorkbookContent",
    "compare",
    "read",
    "version_of",
]
