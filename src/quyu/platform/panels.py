"""Parts that other apps add to the detail page of an object: its territory, its latest orders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db import models

from quyu.platform.people.scope import Scope


class Reader(Protocol):
    """Who looks at the page, and on which day (`viewsets.Caller` is one)."""

    @property
    def scope(self) -> Scope: ...
    @property
    def at(self) -> date: ...


@dataclass(frozen=True)
class Panel:
    """A template (relative to the template folder) and what it shows; it finds it as `panel.data`."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)


MakePanel = Callable[[Any, Reader], Panel | None]
"""From a row the reader may see, and the reader, to a panel; None when he may not see that part."""

PANELS: dict[type[models.Model], list[MakePanel]] = {}


def register_panel(model: type[models.Model], make: MakePanel) -> None:
    """Add a panel below the facts of an object, in the order of registration."""
    PANELS.setdefault(model, []).append(make)


def panels_of(row: models.Model, reader: Reader) -> list[Panel]:
    made = [make(row, reader) for make in PANELS.get(type(row), [])]
    return [panel for panel in made if panel is not None]
