"""The day of a past report, as a person writes it."""

from datetime import date

from quyu.kernel.refusal import Refusal


class NotAPastDay(Refusal):
    """The day of a past report has not come yet, or is no day."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "not_a_past_day", "“{value}”不是今天或以前的日期，请写成 2026-06-30 的样子。", value=text
        )


def past_day(text: str, today: date) -> date:
    """The day. Raises NotAPastDay."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotAPastDay(text) from error
    if day > today:
        raise NotAPastDay(text)
    return day
