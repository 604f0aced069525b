"""What is well written and wrong: people, places, months, repeats, scope, and payloads for names."""

from collections.abc import Iterator

from tests.instances.hostile_orders.files import (
    HEADER,
    LINES,
    PEOPLE,
    Case,
    Line,
    book,
    changed,
    delimited,
    table,
    totals,
)

ALL = totals()
PAYLOADS = (
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(1+1)", "-2+3", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}",
    "'; DROP TABLE orders;--", "../../../../etc/passwd", "%s%s%n", "javascript:alert(1)",
)  # fmt: skip


def refused(name: str, column: str, row: int, text: str, code: str) -> Case:
    rest = [line for number, line in enumerate(LINES, start=2) if number != row]
    return Case(
        name, delimited(changed(column, {row: text})), errors=((row, column, code),), partial=totals(rest)
    )


def names() -> Iterator[Case]:
    yield refused("unknown_customer", "客户", 4, "王记小卖部", "unknown_customer")
    yield refused("misspelt_customer", "客户", 4, "广州白云批发部", "unknown_customer")
    yield refused("unknown_product", "产品", 4, "P-9999 无此产品", "unknown_product")
    yield refused("product_code_and_name_differ", "产品", 4, "P-1001 绿茶500ml", "unknown_product")
    yield refused("unknown_region", "区域", 4, "华南-广洲", "unknown_region")
    yield refused("unknown_person", "业务员", 4, "王不存在", "unknown_person")
    yield refused("leaver", "业务员", 4, "何离职", "person_not_active")
    yield refused("leaver_by_number", "业务员", 4, "S050", "person_not_active")
    homonym = delimited(changed("业务员", {4: "张伟"}))
    rest = [line for number, line in enumerate(LINES, start=2) if number != 4]
    yield Case(
        "homonym",
        homonym,
        errors=((4, "业务员", "ambiguous_person"),),
        answers={"person:张伟": "S099"},
        want=ALL,
        partial=totals(rest),
    )
    yield Case("homonym_by_number", delimited(changed("业务员", {4: "S099"})), want=ALL)
    yield Case("person_by_number_and_name", delimited(changed("业务员", {4: "S099 张伟"})), want=ALL)
    yield Case("customer_by_code", delimited(changed("客户", {4: "C003"})), want=ALL)
    yield Case("customer_in_fullwidth", delimited(changed("客户", {4: "Ｃ００３", 8: "c003"})), want=ALL)
    dashes = {number: line.region.replace("-", "－") for number, line in enumerate(LINES, start=2)}
    found = Case("regions_with_another_dash", delimited(changed("区域", dashes)), want=None)
    yield Case(
        found.id,
        found.content,
        want=type(ALL)(
            ALL.rows,
            ALL.quantity_milli,
            ALL.amount_fen,
            {name.replace("-", "－"): fen for name, fen in ALL.by_region.items()},
        ),
    )
    split = [
        ["客户编码", *HEADER],
        *(["C003" if line.region == "华南-广州" else "", *line.row()] for line in LINES),
    ]
    yield Case("customer_code_and_name", delimited(split), want=ALL)
    split[3][0] = "C001"
    yield Case("customer_code_of_another", delimited(split), errors=((4, "客户编码", "unknown_customer"),))
    for number, payload in enumerate(PAYLOADS):
        content = changed("客户", {4: payload})
        yield Case(f"payload_{number}", delimited(content), want=ALL, create=("customers",))
        yield Case(
            f"payload_refused_{number}", book(content), ".xlsx", errors=((4, "客户", "unknown_customer"),)
        )


def calendar() -> Iterator[Case]:
    yield refused("closed_month", "日期", 4, "2025-12-31", "period_closed")
    yield refused("closed_month_first_day", "日期", 4, "2025-12-01", "period_closed")
    yield refused("tomorrow", "日期", 4, "2026-02-11", "future_date")
    yield refused("next_year", "日期", 4, "2027-01-05", "future_date")
    yield Case("today", delimited(changed("日期", {4: "2026-02-10"})), want=ALL)
    yield Case("before_the_closed_month", delimited(changed("日期", {4: "2025-11-30"})), want=ALL)


def repeats() -> Iterator[Case]:
    yield Case(
        "line_twice",
        delimited([*table(), table()[3]]),
        errors=((14, "订单号", "duplicate_line"),),
        partial=ALL,
    )
    yield Case(
        "line_twice_apart",
        delimited([*table()[:6], table()[2], *table()[6:]]),
        errors=((7, "订单号", "duplicate_line"),),
        partial=ALL,
    )
    yield Case(
        "every_line_twice",
        delimited([*table(), *table()[1:]]),
        errors=tuple((n, "订单号", "duplicate_line") for n in range(14, 26)),
        partial=ALL,
    )
    more = [*LINES, Line(LINES[2].order_no, LINES[2].day, LINES[2].region, LINES[2].product, 5)]
    yield Case("order_with_another_line_of_the_product", delimited(table(more)), want=totals(more))
    more = [*LINES, Line(LINES[2].order_no, LINES[2].day, LINES[2].region, 0, 5)]
    yield Case("order_with_another_product", delimited(table(more)), want=totals(more))
    numbered = [[*HEADER, "行号"], *([*line.row(), "1"] for line in LINES)]
    yield Case("line_numbers", delimited(numbered), want=ALL)
    again = [*numbered, [*LINES[2].row()[:6], "1", "1.60", "1.60", "1"]]
    again[-1][3], again[-1][7], again[-1][8] = "P-2002 火腿肠", "1.60", "1.60"
    yield Case("line_number_twice", delimited(again), errors=((14, "订单号", "duplicate_line"),))
    free = [*LINES, Line("SO267777", "2026-01-11", "华东-上海", 1, 0)]
    yield Case("quantity_zero", delimited(table(free)), want=totals(free))


def scope() -> Iterator[Case]:
    mine = [line for line in LINES if line.region.startswith("华东")]
    outside = tuple(
        (n, "区域", "out_of_scope")
        for n, line in enumerate(LINES, start=2)
        if not line.region.startswith("华东")
    )
    yield Case(
        "scope_all_regions", delimited(table()), errors=outside, account="scoped_user", partial=totals(mine)
    )
    yield Case("scope_own_regions", delimited(table(mine)), want=totals(mine), account="scoped_user")
    for name, customer in {"foreign": PEOPLE["华南-广州"][0], "nobody": "广州没有这家"}.items():
        rows = table(mine)
        rows[2][2] = customer
        yield Case(
            f"scope_customer_{name}",
            delimited(rows),
            errors=((3, "客户", "out_of_scope"),),
            account="scoped_user",
        )
    bare = [[cell for place, cell in enumerate(row) if place != 4] for row in table()]
    hidden = tuple(
        (n, "客户", "out_of_scope")
        for n, line in enumerate(LINES, start=2)
        if not line.region.startswith("华东")
    )
    yield Case("scope_without_region_column", delimited(bare), errors=hidden, account="scoped_user")
