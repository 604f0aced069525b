"""What the process keeps in memory: one object a digest, no more than it may weigh, the longest unused gone first."""

from functools import partial
from threading import Barrier, Thread

from quyu.apps.targets.remembered import Remembered


def test_the_longest_unused_is_let_go_first() -> None:
    kept: Remembered[str] = Remembered(2)
    for digest in (b"a", b"b", b"a", b"c"):
        kept.get(digest, partial("{!r} first".format, digest))
    assert kept.get(b"a", lambda: "anew") == "b'a' first"
    assert kept.get(b"b", lambda: "anew") == "anew"


def test_heavy_objects_leave_room_for_fewer_but_the_newest_stays() -> None:
    kept: Remembered[list[int]] = Remembered(3, len)
    light, heavy = kept.get(b"light", lambda: [1, 2]), kept.get(b"heavy", lambda: [1] * 9)
    assert kept.get(b"heavy", list) is heavy
    assert kept.get(b"light", lambda: [3]) is not light
    assert kept.get(b"other", lambda: [4, 5]) == [4, 5]
    assert kept.get(b"light", list) == [3]


def test_threads_that_make_the_same_get_the_same() -> None:
    kept: Remembered[object] = Remembered(4)
    together, found = Barrier(4), []

    def make() -> object:
        together.wait()
        return object()

    threads = [Thread(target=lambda: found.append(kept.get(b"one", make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
