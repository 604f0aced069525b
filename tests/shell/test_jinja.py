"""The front-end manifest becomes tags; dates are ISO in every language."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.test import RequestFactory

from quyu.shell import jinja


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(jinja, "BUILD_DIR", tmp_path)
    return tmp_path


def test_an_entry_brings_its_own_styles_and_those_of_its_imports(build: Path) -> None:
    chunks = {
        "src/map.ts": {"file": "assets/map-1.js", "css": ["assets/map-1.css"], "imports": ["_shared.js"]},
        "_shared.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
    }
    (build / ".vite").mkdir()
    (build / ".vite" / "manifest.json").write_text(json.dumps(chunks))

    tags = jinja.vite("map")

    assert tags.count("<link") == 2
    assert '<script type="module" src="/static/build/assets/map-1.js"></script>' in tags


def test_without_a_build_pages_still_render(build: Path) -> None:
    assert jinja.vite("main") == ""


def test_a_changed_parameter_goes_back_to_page_one(rf: RequestFactory) -> None:
    request = rf.get("/?q=a&page=3")

    assert jinja.query_with(request, "sort", "name") == "?q=a&sort=name"
    assert jinja.query_with(request, "page", 4) == "?q=a&page=4"


def test_dates_are_iso() -> None:
    assert jinja.iso(date(2026, 6, 15)) == "2026-06-15"
    assert jinja.iso(None) == ""
