"""Machine code for the inner loops: compiled at first use, kept on disk for the next process."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a numeric loop without Python objects; its types stay visible to the type checker."""
    return cast("Callable[P, R]", numba.njit(cache=True)(function))
