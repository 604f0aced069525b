"""What must be declared before the site starts, beside pages, jobs and files: operations and commands."""

from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Error

from quyu.kernel.deferred import deferred
from quyu.platform.people.declarations import declared, is_right
from quyu.shell.cli.main import COMMANDS

if TYPE_CHECKING:
    from quyu.shell import api
else:
    api = deferred("quyu.shell.api")


def unknown_commands(*_: object, **__: object) -> list[CheckMessage]:
    """System check: every command of `quyu` stands under a right that the table knows."""
    return [
        Error(f"quyu {name}: unknown permission {entry.right}", id="quyu.E003")
        for name, entry in COMMANDS.items()
        if not is_right(entry.right)
    ]


def undeclared_operations(*_: object, **__: object) -> list[CheckMessage]:
    """System check: every operation of the API declares its right."""
    return [
        Error(
            f"{method} {prefix}{path} declares no permission",
            hint="put @guard.operation(resource, action) below the decorator of the route",
            id="quyu.E002",
        )
        for prefix, router in api.api._routers
        for path, view in router.path_operations.items()
        for found in view.operations
        for method in found.methods
        if declared(found.view_func) is None
    ]
