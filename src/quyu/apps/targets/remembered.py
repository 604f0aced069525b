"""A few objects kept in the memory of the process, by the digest of what they were made from."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Remembered(Generic[Kept]):
    """At most `most` objects; the one longest unused is let go. Safe with threads."""

    def __init__(self, most: int) -> None:
        self._most, self._guard = most, Lock()
        self._objects: OrderedDict[bytes, Kept] = OrderedDict()

    def get(self, digest: bytes, make: Callable[[], Kept]) -> Kept:
        """The object of this digest, made where it is not kept."""
        with self._guard:
            found = self._objects.pop(digest, None)
        kept = make() if found is None else found
        with self._guard:
            self._objects[digest] = kept
            while len(self._objects) > self._most:
                self._objects.popitem(last=False)
        return kept
