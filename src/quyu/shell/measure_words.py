"""The units of measures in the language of the reader: the layers that name them know no translation."""

from django.utils.translation import get_language, gettext, gettext_noop

from quyu.kernel.wording import speak_with

WORDS = (
    gettext_noop("万元"), gettext_noop("元"), gettext_noop("件"), gettext_noop("个"), gettext_noop("家"),
    gettext_noop("单"), gettext_noop("类"), gettext_noop("次"),
)  # fmt: skip
"""What `kernel.measure` and `analytics.metrics` count in."""


def connect() -> None:
    """Let measures speak the language of the page, the document or the command."""
    speak_with(gettext, lambda: (get_language() or "zh-hans").startswith("zh"))
