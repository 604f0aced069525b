"""Who may run what is said where it is written: every page, API operation, job and file declares its right.

`declares` marks a callable with (resource, action); the checks below refuse to start where a mark is missing.
`PUBLIC` is for pages without sign-in, `MACHINE` for work that no person asks for: it acts with the rights of
the product itself, and nobody reaches it through a page.
"""

import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from django.core.checks import CheckMessage, Error
from django_tasks.base import Task

from quyu.platform.people import rights

PUBLIC = ("public", "view")
MACHINE = ("machine", "operate")
ANSWERS_FILES = frozenset({"FileResponse", "StreamingHttpResponse"})

F = TypeVar("F", bound=Callable[..., Any])


def is_right(permission: object) -> bool:
    """Whether the table of rights, or the machine itself, knows this (resource, action)."""
    if permission in (PUBLIC, MACHINE):
        return True
    return (
        isinstance(permission, tuple)
        and len(permission) == 2
        and permission[0] in rights.RESOURCES
        and permission[1] in rights.ACTIONS
    )


def declares(resource: str, action: str) -> Callable[[F], F]:
    """Mark a job or a writer of files with the right it stands under; raises ValueError for an unknown one."""
    if not is_right((resource, action)):
        raise ValueError(f"unknown permission {resource}.{action}")

    def mark(function: F) -> F:
        function.quyu_permission = (resource, action)  # type: ignore[attr-defined]
        return function

    return mark


def declared(function: Callable[..., object]) -> tuple[str, str] | None:
    """The right a callable stands under, if it says so."""
    return getattr(function, "quyu_permission", None)


def modules() -> Iterator[ModuleType]:
    """Our modules as far as they are loaded, by name."""
    for name in sorted(sys.modules):
        if name.startswith("quyu."):
            yield sys.modules[name]


def undeclared_jobs(*_: object, **__: object) -> list[CheckMessage]:
    """System check: every background job declares its right."""
    return [
        Error(
            f"{task.module_path} declares no permission",
            hint="put @declares(resource, action) below @task()",
            id="quyu.E004",
        )
        for module in modules()
        for task in vars(module).values()
        if isinstance(task, Task) and task.func.__module__ == module.__name__ and declared(task.func) is None
    ]


def undeclared_files(*_: object, **__: object) -> list[CheckMessage]:
    """System check: every function that answers with a file declares its right."""
    return [
        Error(
            f"{module.__name__}.{function.__qualname__} answers with a file and declares no permission",
            hint="use @guard.require or @guard.exports",
            id="quyu.E005",
        )
        for module in modules()
        for function in list(vars(module).values())
        if isinstance(function, FunctionType)
        and function.__module__ == module.__name__
        and declared(function) is None
        and not ANSWERS_FILES.isdisjoint(function.__code__.co_names)
        and not is_viewset_page(function)
    ]


def is_viewset_page(function: FunctionType) -> bool:
    """Pages of all objects are declared object by object, where they become addresses (quyu.E001 sees them)."""
    return function.__module__ == "quyu.platform.viewsets.web"
