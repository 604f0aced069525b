"""Modules imported at their first use: a page that solves nothing pays nothing for the solver.

Used as below, so that type checkers and the import rules still see the dependency; the names of the module
stand only in functions and, with `from __future__ import annotations`, in annotations.

    if TYPE_CHECKING:
        import shapely
    else:
        shapely = deferred("shapely")
"""

from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any

# Two threads that import parts of one package at once can meet a part half made; one at a time cannot.
_importing = RLock()
_loaded: dict[str, ModuleType] = {}


class _Deferred(ModuleType):
    """Stands for a module of the same name and imports it when an attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        loaded = _loaded.get(self.__name__)
        return getattr(imported(self.__name__) if loaded is None else loaded, name)


def deferred(name: str) -> ModuleType:
    """The module of that full name, not imported yet; safe with threads."""
    return _Deferred(name)


def imported(name: str) -> ModuleType:
    """The module of that full name, imported now and alone: for whoever needs the module itself."""
    with _importing:
        _loaded[name] = import_module(name)
    return _loaded[name]
