"""Numbers and dates in every spelling; units; what spreadsheets do to long numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from tests.instances.hostile_orders.files import (
    HEADER,
    LINES,
    Case,
    Line,
    changed,
    delimited,
    recast,
    table,
    totals,
)

ALL = totals()
AMOUNT = HEADER.index("金额")
WITHOUT_PRICE = [name for name in HEADER if name != "单价"]


def yuan(line: Line) -> str:
    return line.row()[AMOUNT]


def spelled(name: str, spell: Callable[[Line], str], *, column: str = "金额") -> Case:
    """All amounts written another way: the same totals."""
    return Case(name, delimited(recast(column, [spell(line) for line in LINES])), want=ALL)


def refused(name: str, column: str, texts: Mapping[int, str], code: str) -> Case:
    """Some cells wrong; in partial mode the other rows count."""
    rest = [line for number, line in enumerate(LINES, start=2) if number not in texts]
    errors = tuple((row, column, code) for row in texts)
    return Case(name, delimited(changed(column, texts)), errors=errors, partial=totals(rest))


def amounts() -> Iterator[Case]:
    yield spelled("amount_thousands", lambda line: f"{line.amount_fen / 100:,.2f}")
    yield spelled("amount_yuan_sign", lambda line: f"¥{yuan(line)}")
    yield spelled("amount_fullwidth_yuan_sign", lambda line: f"￥ {yuan(line)}")
    yield spelled("amount_yuan_word", lambda line: f"{yuan(line)}元")
    yield spelled("amount_rmb", lambda line: f"RMB {yuan(line)}")
    yield spelled("amount_fullwidth_digits", lambda line: "".join(chr(ord(c) + 0xFEE0) for c in yuan(line)))
    yield spelled("amount_nbsp", lambda line: f"\u00a0{yuan(line)}\u3000")
    yield spelled("amount_zero_width", lambda line: f"\u200b{yuan(line)}\ufeff")
    yield spelled("amount_wan_suffix", lambda line: f"{line.amount_fen / 1_000_000:.6f}万")
    yield spelled(
        "amount_mixed_units",
        lambda line: f"{line.amount_fen / 1_000_000:.6f}万元" if line.product else yuan(line),
    )
    yield spelled("amount_long_fraction", lambda line: f"{yuan(line)}00000000001")
    yield spelled("amount_as_text_formula", lambda line: f'="{yuan(line)}"')
    yield spelled("amount_with_apostrophe", lambda line: f"'{yuan(line)}")
    yield spelled("quantity_with_decimals", lambda line: f"{line.quantity}.000", column="数量")
    back = [
        Line("SO269001", "2026-01-20", "华东-上海", 0, -4),
        Line("SO269002", "2026-01-21", "华北-北京", 2, -1),
        *LINES,
    ]
    for name, style in {
        "minus": "-{0}",
        "trailing_minus": "{0}-",
        "brackets": "({0})",
        "triangle": "△{0}",
        "long_minus": "−{0}",
        "fullwidth_brackets": "（{0}）",
        "yuan_minus": "-¥{0}",
    }.items():
        rows = table(back)
        for row in rows[1:3]:
            row[6], row[8] = style.format(row[6].lstrip("-")), style.format(row[8].lstrip("-"))
        if name != "yuan_minus":
            yield Case(f"returns_{name}", delimited(rows), want=totals(back))
    yield Case(
        "return_of_the_same_order",
        delimited(
            table([*LINES, Line(LINES[3].order_no, "2026-01-30", LINES[3].region, LINES[3].product, -2)])
        ),
        want=totals([*LINES, Line(LINES[3].order_no, "2026-01-30", LINES[3].region, LINES[3].product, -2)]),
    )


def unreadable() -> Iterator[Case]:
    """Cells that are no amount, or not the right one."""
    for name, text in {
        "letters": "12o", "nan": "NaN", "infinity": "Infinity", "dash": "-", "slash": "/", "question": "?", "none": "N/A", "null": "NULL",
        "european": "1.234,56", "comma_decimal": "12,5", "indian": "12,34,567.00", "dollar": "$100", "usd": "USD 100", "euro": "€100", "hkd": "HK$100", "percent": "12%",
        "two_points": "1.2.3", "two_signs": "--5", "chinese_number": "壹佰元整", "formula": "=1+1", "fraction": "1/2", "hex": "0x10", "arabic": "٣", "underscore": "1_000",
        "error": "#REF!", "sum": "3+4", "range": "3~5", "injection": "1;DROP TABLE x", "nothing": "无",
    }.items():  # fmt: skip
        case = refused(f"amount_{name}", "金额", {4: text, 9: text}, "not_a_number")
        is_european = name in ("european", "comma_decimal")  # then no number of the column can be trusted
        yield replace(case, partial=None) if is_european else case
    yield refused("amount_too_large", "金额", {4: "1e400"}, "out_of_range")
    yield refused("amount_too_large_plain", "金额", {4: "9" * 16}, "out_of_range")
    yield refused("price_too_large", "单价", {4: "9" * 13}, "out_of_range")
    yield refused("quantity_with_a_word", "数量", {4: "12箱"}, "not_a_number")
    yield refused("amount_blank", "金额", {5: ""}, "required")
    yield refused("amount_blanks", "金额", {5: " \u3000 "}, "required")
    yield refused("quantity_blank", "数量", {5: ""}, "required")
    yield refused("order_number_blank", "订单号", {5: ""}, "required")
    yield refused("date_blank", "日期", {5: ""}, "required")
    yield refused("customer_blank", "客户", {5: ""}, "required")
    yield refused("product_blank", "产品", {5: ""}, "required")
    yield refused(
        "amount_off_by_two_fen", "金额", {6: f"{(LINES[4].amount_fen + 2) / 100:.2f}"}, "amount_mismatch"
    )
    yield refused("amount_sign_wrong", "金额", {6: f"-{yuan(LINES[4])}"}, "amount_mismatch")
    yield refused("amount_zero", "金额", {6: "0"}, "amount_mismatch")
    one_off = Line("SO268001", "2026-01-20", "华东-上海", 0, 10)
    rows = table([*LINES, one_off])
    rows[-1][AMOUNT] = "13.51"
    want = totals(LINES)
    yield Case(
        "amount_off_by_one_fen",
        delimited(rows),
        want=type(want)(
            13,
            want.quantity_milli + 10_000,
            want.amount_fen + 1351,
            {**want.by_region, "华东-上海": want.by_region["华东-上海"] + 1351},
        ),
        notice="1 行的金额",
    )
    exact = recast("金额", [f"{line.amount_fen / 100:.5E}" for line in LINES])
    yield Case("amount_scientific_confirmed", delimited(exact), want=ALL)
    lossy = [
        [cell for place, cell in enumerate(row) if place != 7] for row in changed("金额", {4: "1.2E+03"})
    ]
    yield Case("amount_scientific_unconfirmed", delimited(lossy), errors=((4, "金额", "precision_lost"),))
    huge = [
        [cell for place, cell in enumerate(row) if place != 7]
        for row in table(
            [*LINES, *(Line(f"SO6{n:05d}", "2026-01-02", "华东-上海", 0, 1) for n in range(12_000))]
        )
    ]
    for row in huge[1:]:
        row[-1] = "9000000000000"
    yield Case("total_does_not_fit", delimited(huge), errors=((None, "金额", "out_of_range"),))


def units() -> Iterator[Case]:
    scaled = recast("金额", [f"{line.amount_fen / 1_000_000:.6f}" for line in LINES])
    for name, header in {
        "brackets": "金额(万元)",
        "fullwidth": "金额（万元）",
        "square": "金额[单位:万元]",
        "suffix": "金额万元",
        "short": "金额（万）",
        "traditional": "金額(萬元)",
    }.items():
        yield Case(f"unit_wan_{name}", delimited([[*HEADER[:8], header], *scaled[1:]]), want=ALL)
    for name, unit, factor in (
        ("qian", "千元", 1_000),
        ("baiwan", "百万元", 1_000_000),
        ("yi", "亿元", 100_000_000),
        ("yuan", "元", 1),
        ("fen", "分", 0.01),
    ):
        cells = recast("金额", [f"{line.amount_fen / 100 / factor:.10f}" for line in LINES])
        yield Case(f"unit_{name}", delimited([[*HEADER[:8], f"金额({unit})"], *cells[1:]]), want=ALL)
    for name, header in {
        "usd": "金额(USD)",
        "dollar": "金额($)",
        "meiyuan": "金额（美元）",
        "hkd": "金额(港币)",
        "jpy": "金额（日元）",
    }.items():
        yield Case(
            f"currency_{name}",
            delimited([[*HEADER[:8], header], *table()[1:]]),
            errors=((1, header, "ambiguous_header"),),
        )
    bare = [[cell for place, cell in enumerate(row) if place not in (7,)] for row in scaled]
    title = [["销售明细", "", "", "", "", "", "", "单位：万元"], *bare]
    yield Case(
        "unit_in_the_title",
        delimited(title),
        errors=((2, "金额", "ambiguous_header"),),
        answers={"unit:amount_fen": "万元"},
        want=ALL,
    )
    yield Case("unit_yuan_in_the_title", delimited([["销售明细", "单位：元"], *table()]), want=ALL)
    yield Case(
        "unit_shown_by_the_price",
        delimited(scaled),
        errors=((2, "金额", "amount_mismatch"),),
        answers={"unit:amount_fen": "万元"},
        want=ALL,
    )
    wrong = [[*HEADER[:8], "金额(万元)"], *table()[1:]]
    yield Case(
        "unit_of_the_header_wrong",
        delimited(wrong),
        errors=((2, "金额(万元)", "amount_mismatch"),),
        answers={"unit:amount_fen": "元"},
        want=ALL,
    )
    below = [list(HEADER), ["", "", "", "", "", "", "箱", "元", "万元"], *scaled[1:]]
    yield Case("unit_in_a_row_under_the_header", delimited(below), want=ALL)
    twice = [[*HEADER[:8], "金额(万元)"], *scaled[1:]]
    twice[3] = [*twice[3][:8], "3万"]
    yield Case("unit_in_header_and_cell", delimited(twice), errors=((4, "金额(万元)", "not_a_number"),))
    yield Case(
        "two_units",
        delimited(
            [
                [*HEADER[:8], "金额(元)", "金额(万元)"],
                *([*a, b[8]] for a, b in zip(table()[1:], scaled[1:], strict=True)),
            ]
        ),
        errors=((1, "金额(元)", "ambiguous_header"),),
        answers={"column:amount_fen": "金额(元)"},
        want=ALL,
    )
    counted = recast("数量", [f"{line.quantity / 10_000:.4f}" for line in LINES])
    counted[0][6] = "数量(万件)"
    yield Case("unit_of_the_quantity", delimited(counted), want=ALL)


def dates() -> Iterator[Case]:
    styles: dict[str, Callable[[date], str]] = {
        "slashes": lambda day: f"{day.year}/{day.month}/{day.day}",
        "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
        "chinese_blank": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
        "compact": lambda day: f"{day:%Y%m%d}",
        "points": lambda day: f"{day.year}.{day.month}.{day.day}",
        "fullwidth": lambda day: f"{day:%Y－%m－%d}",
        "time": lambda day: f"{day} 23:59:59",
        "chinese_time": lambda day: f"{day:%Y/%m/%d} 下午 3:20:00",
        "iso_china": lambda day: f"{day}T00:30:00+08:00",
        "iso_zulu": lambda day: f"{day}T12:00:00Z",
        "named_month": lambda day: f"{day:%d-%b-%y}",
        "named_month_first": lambda day: f"{day:%b %d, %Y}",
        "iso_week": lambda day: "{}-W{:02d}-{}".format(*day.isocalendar()),
        "serial": lambda day: str((day - date(1899, 12, 30)).days),
        "serial_time": lambda day: f"{(day - date(1899, 12, 30)).days}.75",
        "apostrophe": lambda day: f"'{day}",
        "text_formula": lambda day: f'="{day}"',
        "short_year_first": lambda day: f"{day:%y}/{day.month}/{day.day}",
        "weekday": lambda day: f"{day} 星期{'一二三四五六日'[day.weekday()]}",
        "chinese_numerals": lambda day: f"二〇二六年一月{numeral(day.day)}日",
        "compact_time": lambda day: f"{day:%Y%m%d}101530",
        "day_first": lambda day: f"{day:%d/%m/%Y}",
        "month_first": lambda day: f"{day:%m/%d/%Y}",
        "day_first_points": lambda day: f"{day:%d.%m.%Y}",
    }  # fmt: skip
    days = [date.fromisoformat(line.day) for line in LINES]
    for name, style in styles.items():
        yield Case(f"date_{name}", delimited(recast("日期", [style(day) for day in days])), want=ALL)
    mixed = [list(styles.values())[number % 5](day) for number, day in enumerate(days)]
    yield Case("date_mixed_plain", delimited(recast("日期", mixed)), want=ALL)
    late = [f"{day}T00:30:00+08:00" if number else "2025-12-31T16:30:00Z" for number, day in enumerate(days)]
    yield Case("date_zulu_is_tomorrow_in_china", delimited(recast("日期", late)), want=ALL)
    early = LINES[:5]
    open_days = recast("日期", [f"{date.fromisoformat(line.day):%d/%m/%Y}" for line in early], early)
    errors = ((2, "日期", "ambiguous_date"),) if early[0].day[8:] != "01" else ()
    yield Case(
        "date_two_orders",
        delimited(open_days),
        errors=errors or ((3, "日期", "ambiguous_date"),),
        answers={"order:ordered_on": "dmy"},
        want=totals(early),
    )
    both = ["13/01/2026", "01/13/2026"]
    yield Case(
        "date_contradicting_orders",
        delimited(recast("日期", both)),
        errors=((2, "日期", "ambiguous_date"), (3, "日期", "ambiguous_date")),
    )
    short = [f"{date.fromisoformat(line.day):%y-%m-%d}" for line in LINES]
    yield Case(
        "date_short_year",
        delimited(recast("日期", short)),
        errors=((12, "日期", "ambiguous_date"),),
        answers={"order:ordered_on": "ymd"},
        want=ALL,
    )
    for name, text in {
        "february_30": "2026-02-30",
        "no_leap_day": "2025-02-29",
        "month_13": "2026-13-01",
        "month_0": "2026-00-10",
        "excel_1900": "1900-02-29",
        "word": "昨天",
        "no_day": "2026-01",
        "no_year": "1月5日",
        "blank_zero": "0000-00-00",
        "number": "2026",
        "serial_negative": "-45000",
        "epoch": "1767542400000",
        "nine_digits": "202601051",
    }.items():
        yield refused(f"date_{name}", "日期", {7: text}, "not_a_date")
    yield refused("date_far_past", "日期", {7: "1026-01-05"}, "out_of_range")
    yield refused("date_far_future", "日期", {7: "2206-01-05"}, "out_of_range")


def numeral(number: int) -> str:
    tens, units = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else "〇一二三"[tens] + "十") + (
        "" if units == 0 else "〇一二三四五六七八九"[units]
    )


def identifiers() -> Iterator[Case]:
    for name, text in {
        "scientific": "2.02601E+15",
        "short_scientific": "2.02601e+9",
        "long_scientific": "2.0260100000123E+18",
    }.items():
        yield refused(f"order_number_{name}", "订单号", {4: text, 5: text}, "precision_lost")
    long = [f"20260105000000{n:06d}" for n in range(12)]
    yield Case("order_numbers_of_20_digits", delimited(recast("订单号", long)), want=ALL)
    yield Case(
        "order_numbers_as_text_formula",
        delimited(recast("订单号", [f'="{text}"' for text in long])),
        want=ALL,
    )
    yield Case(
        "order_numbers_with_zeros", delimited(recast("订单号", [f"000{n}" for n in range(12)])), want=ALL
    )
    yield refused("product_code_cut", "产品", {4: "1001"}, "unknown_product")
