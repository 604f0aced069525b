"""Breaking the product on purpose, for the length of a block: every change is undone afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.urls import URLPattern, URLResolver, get_resolver


class Breaking:
    """Puts wrong parts in place; `with` takes them out again."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def put(self, where: Any, name: str, value: Any) -> None:
        """`where.name` is `value` from here on."""
        self.stack.enter_context(mock.patch.object(where, name, value))

    def around(self, where: Any, name: str, wrong: Callable[..., Any]) -> None:
        """`where.name` calls `wrong(right, *arguments)` from here on."""
        right = getattr(where, name)
        self.put(where, name, lambda *args, **kwargs: wrong(right, *args, **kwargs))

    def view(self, route: str, wrong: Callable[[Any], Any]) -> None:
        """The view of a route becomes `wrong(view)`."""
        pattern = pattern_of(route)
        self.put(pattern, "callback", wrong(pattern.callback))


def pattern_of(route: str) -> URLPattern:
    """The URL pattern of a whole route."""
    for found, pattern in patterns(get_resolver().url_patterns):
        if found == route:
            return pattern
    raise LookupError(route)


def patterns(below: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in below:
        here = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, here)
        else:
            yield here, pattern


@dataclass(frozen=True)
class Fault:
    """One mistake: `name`, what it is in words, where the matrix looks, and how it is made."""

    name: str
    says: str
    focus: tuple[str, ...]
    make: Callable[[Breaking], None]

    @contextmanager
    def made(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.make(Breaking(stack))
            yield


FAULTS: list[Fault] = []


def fault(name: str, says: str, *focus: str) -> Any:
    """Registers the function below as the way to make this mistake."""

    def keep(make: Any) -> Any:
        FAULTS.append(Fault(name, says, focus, make))
        return make

    return keep
