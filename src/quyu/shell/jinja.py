"""The Jinja2 environment of all our pages: what every template may call."""

import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypedDict, cast

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment
from markupsafe import Markup

from quyu.kernel.measure import format_value, say_value
from quyu.kernel.money import format_wan, format_yuan
from quyu.kernel.rate import format_bp
from quyu.platform.fields.values import listed

BUILD_DIR = Path(__file__).resolve().parent / "static" / "build"


class ManifestChunk(TypedDict, total=False):
    """What Vite says about one entry: its file, its styles and the chunks it needs at once."""

    file: str
    css: list[str]
    imports: list[str]


@lru_cache(maxsize=1)
def _read_manifest(path: Path, modified_ns: int) -> dict[str, ManifestChunk]:
    return cast(dict[str, ManifestChunk], json.loads(path.read_text(encoding="utf-8")))


def manifest() -> dict[str, ManifestChunk]:
    """The manifest of the front-end build; empty before the first `make frontend`."""
    path = BUILD_DIR / ".vite" / "manifest.json"
    if not path.exists():
        return {}
    return _read_manifest(path, path.stat().st_mtime_ns)


def vite(entry: str) -> Markup:
    """The tags that load `frontend/src/<entry>.ts` and its styles; nothing when it is not built."""
    chunks = manifest()
    key = f"src/{entry}.ts"
    if key not in chunks:
        return Markup("")
    tags: list[Markup] = []
    waiting, seen = [key], {key}
    while waiting:
        chunk = chunks[waiting.pop(0)]
        for sheet in chunk.get("css", []):
            tags.append(Markup('<link rel="stylesheet" href="{}">').format(static(f"build/{sheet}")))
        for name in chunk.get("imports", []):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    source = static(f"build/{chunks[key]['file']}")
    tags.append(Markup('<script type="module" src="{}"></script>').format(source))
    return Markup("\n").join(tags)


def query_with(request: HttpRequest, name: str, value: object) -> str:
    """The current query string with one parameter changed; a new order or filter starts at page one."""
    query = request.GET.copy()
    if name != "page":
        query.pop("page", None)
    query[name] = str(value)
    return f"?{query.urlencode()}"


def iso(value: object) -> str:
    """A date as `2026-06-15`, whatever the language of the page; empty for nothing."""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def moment(value: datetime | None) -> str:
    """A moment as `2026-06-15 14:05` in the company's time zone; empty for nothing."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def environment(**options: object) -> Environment:
    """Autoescaping on (Django sets it); translations, static files and URLs available everywhere."""
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # type: ignore[arg-type]  # nosec B701: Django passes autoescape=True
    env.install_gettext_translations(translation, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        static=static, url=reverse, vite=vite, query_with=query_with, languages=settings.LANGUAGES
    )
    env.filters.update(wan=format_wan, yuan=format_yuan, bp=format_bp, iso=iso, moment=moment, listed=listed)
    env.filters.update(measured=say_value, figure=format_value)
    return env
