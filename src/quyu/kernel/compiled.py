"""The place that knows the compiler: a kernel is a plain typed function over arrays, compiled once."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Machine code for the function, kept on disk between runs; integers wrap, division follows numpy."""
    return cast(Callable[P, R], njit(cache=True, error_model="numpy", nogil=True)(function))
