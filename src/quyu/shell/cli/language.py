"""The language of the command line, chosen before Django is loaded: Chinese, or English when asked for."""

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def language_of(environment: Mapping[str, str]) -> str:
    """`QUYU_LANG` wins; else English for an English locale (`LC_ALL`, `LANG`); else Chinese."""
    wish = environment.get("QUYU_LANG") or environment.get("LC_ALL") or environment.get("LANG") or ""
    return "en" if wish.lower().startswith("en") else "zh-hans"


LANGUAGE = language_of(os.environ)
_ = gettext.translation("django", LOCALE_DIR, languages=[LANGUAGE], fallback=True).gettext
