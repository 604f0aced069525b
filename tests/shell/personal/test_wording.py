"""A value is replaced wherever it stands whole."""

import pytest

from quyu.shell.personal.wording import Replacer


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("wang.li 已离职", "X 已离职"),
        ("wang.lin 还在", "wang.lin 还在"),
        ("电话+8613912345678。", "电话+86X。"),
        ("请问wang.li吗", "请问X吗"),
    ],
)
def test_a_value_in_latin_letters_is_no_part_of_a_longer_word(said: str, becomes: str) -> None:
    assert Replacer(("wang.li", "13912345678"), "X").text(said) == becomes


def test_the_keys_of_a_plan_stay_what_programs_read() -> None:
    assert Replacer(("owner",), "X").value({"owners": {"T:1": "owner"}}) == {"owners": {"T:1": "X"}}
