"""Words of the layers that know no framework: Chinese, until somebody says how to translate them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class _Speaker:
    """`translate` gives a word in the language of the reader; `is_chinese` tells which that is."""

    translate: Callable[[str], str] = str
    is_chinese: Callable[[], bool] = lambda: True


_speaker = _Speaker()


def speak_with(translate: Callable[[str], str], is_chinese: Callable[[], bool]) -> None:
    """Name the translator; called once, at the start of the site."""
    _speaker.translate, _speaker.is_chinese = translate, is_chinese


def spoken_word(word: str) -> str:
    """A word such as 万元 in the language of the reader."""
    return _speaker.translate(word) if word else word


def is_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return _speaker.is_chinese()
