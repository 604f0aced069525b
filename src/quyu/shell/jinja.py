"""The Jinja2 environment of all our pages."""

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment


def environment(**options: object) -> Environment:
    """Autoescaping on (Django sets it); translations, static files and URLs available everywhere."""
    env = Environment(**options)  # type: ignore[arg-type]  # noqa: S701
    env.install_gettext_translations(translation, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(static=static, url=reverse)
    return env
