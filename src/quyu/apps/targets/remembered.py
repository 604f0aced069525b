"""A few objects kept in the memory of the process, by the digest of what they were made from."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Remembered(Generic[Kept]):
    """At most `most` objects, or what `weigh` says they count together; the one longest unused is let go first.

    The newest stays whatever it weighs. Safe with threads: all get the one object that is kept.
    """

    def __init__(self, most: int, weigh: Callable[[Kept], int] = lambda _kept: 1) -> None:
        self._most, self._weigh, self._guard = most, weigh, Lock()
        self._objects: OrderedDict[bytes, Kept] = OrderedDict()
        self._weight = 0

    def get(self, digest: bytes, make: Callable[[], Kept]) -> Kept:
        """The object of this digest, made where it is not kept."""
        with self._guard:
            if digest in self._objects:
                self._objects.move_to_end(digest)
                return self._objects[digest]
        made = make()
        with self._guard:
            kept = self._objects.setdefault(digest, made)
            if kept is made:
                self._weight += self._weigh(made)
            self._objects.move_to_end(digest)
            while self._weight > self._most and len(self._objects) > 1:
                self._weight -= self._weigh(self._objects.popitem(last=False)[1])
        return kept
