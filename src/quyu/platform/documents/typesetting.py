"""PDF from a Typst template and data: one mechanism and one Chinese font for every document of the product.

The data are written beside the template as `data.json`; text stays text there, so nothing a person wrote
becomes markup. The same template and data give the same pages.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from quyu.kernel.deferred import deferred

if TYPE_CHECKING:
    import typst
else:
    typst = deferred("typst")


def typeset(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of `template` (a `.typ` file that reads `data.json`)."""
    with tempfile.TemporaryDirectory(prefix="quyu-document-") as scratch:
        source = Path(scratch) / template.name
        shutil.copy(template, source)
        (source.parent / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        fonts = _fonts(Path(settings.FONTS_DIR))
        made: bytes = typst.compile(str(source), root=scratch, font_paths=fonts)
    return made


@lru_cache(maxsize=1)
def _fonts(folder: Path) -> typst.Fonts:
    """Loaded once in a process: reading them costs more than setting a page."""
    own = [str(folder)] if folder.is_dir() else []
    return typst.Fonts(font_paths=own, include_system_fonts=not own)
