"""Makes the pictures of the README and the user guide from the demo company in QUYU_HOME.

    make screenshots                      all pictures into docs/guide/images
    python tools/screenshots.py --out DIR [--only NAME ...] [--width 390]

Needs Debian's chromium and a demo company (`quyu demo`). Starts the site on a spare port by itself.
"""

import argparse
import os
import subprocess  # nosec B404
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ConsoleMessage, FloatRect, Page, sync_playwright
from with_postgresql import spare_port

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader",
]  # fmt: skip


PATIENCE = 120_000
"""Milliseconds; the machine may be busy."""
ORDER_HEADER = "单据编号,开单日期,客户名称,产品名称,件数,销售额"
ORDERS = (
    "SO1,{a},{0},山泉水 550ml×24,10,1200.50",
    'SO2,{a},{1},山泉水 1.5L×12,4,"3,000"',
    "SO3,{b},{2},山泉水 550ml×24,-1,-120.05",
)
FAULTY = (*ORDERS[:2], "SO3,{b},{2},山泉水 550ml×24,1,12o0", "SO4,{b},苏西贸易行,山泉水 1.5L×12,2,300")
CLEAR, UNCLEAR = {"a": "2026-06-01", "b": "2026年6月3日"}, {"a": "05/06/2026", "b": "07/06/2026"}


def uploading(lines: tuple[str, ...], dates: dict[str, str]) -> Callable[[Page, str], None]:
    """Brings a small order file of three customers of the demo company to its preview."""

    def upload(page: Page, address: str) -> None:
        page.goto(f"{address}/customers/")
        names = [cell.inner_text() for cell in page.locator("#rows tbody tr td:nth-child(2)").all()[:3]]
        text = "\n".join((ORDER_HEADER, *(line.format(*names, **dates) for line in lines)))
        page.goto(f"{address}/imports/new/?kind=orders")
        content = {"name": "六月订单.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}
        page.set_input_files("input[type=file]", content)  # type: ignore[arg-type]
        page.get_by_role("button", name="读取并核对").click()
        page.wait_for_selector("#verdict")

    return upload


def refused_value(page: Page, address: str) -> None:
    """Types a value for the whole company that a lock below it forbids; nothing is saved."""
    page.goto(f"{address}/targets/2/")
    page.locator(".sheet-cell").first.click()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grid-result-card")
    page.locator(".grid-card").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


def following(path: str, *links: str) -> Callable[[Page, str], None]:
    """Goes to a page and follows links by their words, the first of each."""

    def follow(page: Page, address: str) -> None:
        page.goto(f"{address}{path}")
        for words in links:
            page.get_by_role("link", name=words).first.click()
            page.wait_for_load_state()

    return follow


def workbook_back(page: Page, address: str) -> None:
    """A table of a few counties given to a neighbour, brought to its preview; no draft is made of it."""
    page.goto(f"{address}/territories/alignments/from-workbook/")
    page.fill("input[name=name]", "华东调整方案")
    rows = "单元编码,销售区域\n320281,HD02-07\n320402,HD02-06\n320411,HD02-06\n"
    content = {"name": "华东调整.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.set_input_files("input[type=file]", content)  # type: ignore[arg-type]
    page.get_by_role("button", name="查看差异").click()
    page.wait_for_load_state()


def dividing(page: Page, address: str) -> None:
    """Drafts three rules that divide customers, the last of which takes nobody; they are never submitted."""
    page.goto(f"{address}/customers/rules/")
    page.get_by_role("button", name="新建").click()
    for territory, line, conditions in (
        (2, 0, ("kind=key_account",)),
        (5, 2, ("tier=a",)),
        (7, 0, ("kind=key_account", "tier=a")),
    ):
        page.select_option("select[name=territory]", index=territory)
        page.select_option("select[name=product_line]", index=line)
        for name, _sign, value in (condition.partition("=") for condition in conditions):
            page.check(f"input[name={name}][value={value}]")
        page.get_by_role("button", name="加入").click()
        page.wait_for_load_state("networkidle")


def planning(*buttons: str) -> Callable[[Page, str], None]:
    """Starts a plan under a name of its own and goes on by the buttons given; it stays unfinished."""

    def go_on(page: Page, address: str) -> None:
        page.goto(f"{address}/targets/new/")
        page.fill("input[name=name]", "2027 年进取方案")
        for button in ("下一步：历史口径", *buttons):
            page.get_by_role("button", name=button).click()
            page.wait_for_load_state("networkidle")

    return go_on


def convening(page: Page, address: str) -> None:
    """Has the papers of a monthly meeting of the whole company made."""
    page.goto(f"{address}/meetings/")
    page.get_by_label("组织").select_option(index=1)
    page.get_by_label("周期").select_option("monthly")
    page.get_by_role("button", name="备好材料").click()
    page.wait_for_load_state("networkidle")


def talk(page: Page, address: str) -> None:
    """The number a salesperson was handed, and the talk about it."""
    page.goto(f"{address}/targets/mine/")
    page.get_by_role("link", name="查看").or_(page.get_by_role("link", name="答复")).first.click()


@dataclass(frozen=True)
class Shot:
    """A page as one account sees it; `wait` must have appeared. `part` is all that is shown of it, when given.

    `lead` goes to the page where an address alone does not; `width` stands in for the common one.
    """

    name: str
    account: str
    path: str
    wait: str = "main"
    part: str = ""
    lead: Callable[[Page, str], None] | None = None
    width: int = 0


SHOTS = (
    Shot("home-director", "director", "/", "main canvas"),
    Shot("home-sales", "sales", "/", "main .stat-value"),
    Shot("performance", "director", "/performance/", "main canvas"),
    Shot("performance-area", "director", "/performance/?region=XN", "main canvas"),
    Shot("performance-why", "director", "/performance/why/?figure=attainment"),
    Shot("home-wall", "director", "/wall/", "main canvas"),
    Shot("performance-customers", "jiangsu", "/performance/customers/"),
    Shot("performance-analysis", "director", "/performance/analysis/"),
    Shot("performance-genuine", "director", "/performance/true/", "main table"),
    Shot("performance-bridge", "director", "/performance/bridge/", "main canvas"),
    Shot("receivables", "finance", "/performance/receivables/", "main canvas"),
    Shot("alerts", "director", "/alerts/", "main table"),
    Shot("alert", "director", "", "main .stats", lead=following("/alerts/", "西南大区")),
    Shot("card", "director", "", lead=following("/cards/", "西藏省区")),
    Shot("meeting", "director", "", "main table", lead=convening),
    Shot("data-quality", "operations", "/data-quality/", "main table"),
    Shot("targets", "operations", "/targets/"),
    Shot("target-grid", "operations", "/targets/2/", ".grid-check .badge"),
    Shot("target-products", "operations", "/targets/2/?rows=product&columns=region", ".sheet-cell"),
    Shot("target-conflict", "operations", "", ".grid-result-card", lead=refused_value),
    Shot("target-phone", "jiangsu", "/targets/2/", ".grid-narrow table", width=390),
    Shot("target-scenarios", "operations", "/targets/2/scenarios/"),
    Shot("target-compare", "operations", "/targets/2/compare/3/?under=HD&region=2&period=1"),
    Shot("plan-history", "operations", "", "main table", lead=planning()),
    Shot("plan-baseline", "operations", "/targets/2/baseline/", "main table"),
    Shot("plan-weights", "operations", "", "main canvas", lead=planning("下一步：权重与增长")),
    Shot("target-round", "jiangsu", "/targets/2/round/"),
    Shot("target-talk-phone", "sales", "", lead=talk, width=390),
    # Without the map: its boundaries are not for publication (docs/howto/boundaries.md).
    Shot("territories", "operations", "/territories/", "#territory-map[data-ready]", ".map-table"),
    Shot("alignment-workbook", "operations", "", "main table", lead=workbook_back),
    Shot("workload", "operations", "/territories/workload/", "main table"),
    Shot("drift", "operations", "/territories/drift/"),
    Shot(
        "drift-repair",
        "operations",
        "",
        "main table",
        lead=following("/territories/drift/", "看区域和修复", "求最小的修复"),
    ),
    Shot("customers", "operations", "/customers/"),
    Shot("division-rules", "operations", "", "main table", lead=dividing),
    Shot("organisation", "director", "/org/"),
    Shot("imports", "operations", "/imports/"),
    Shot("import-new", "operations", "/imports/new/"),
    Shot("import-question", "operations", "", lead=uploading(ORDERS, UNCLEAR)),
    Shot("import-question-phone", "operations", "", lead=uploading(ORDERS, UNCLEAR), width=390),
    Shot("import-ready", "operations", "", lead=uploading(ORDERS, CLEAR)),
    Shot("import-errors", "operations", "", lead=uploading(FAULTY, CLEAR)),
    Shot("import-receipt", "operations", "/imports/1/"),
    Shot("approvals", "director", "/approvals/?tab=all"),
    Shot("audit", "auditor", "/audit/"),
)


@contextmanager
def site() -> Iterator[str]:
    """The site on a spare port; its address."""
    port = spare_port()
    command = [str(Path(sys.executable).with_name("quyu")), "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # nosec B603
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=1)  # nosec B310
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def sign_in(page: Page, address: str, account: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/account/login/")
    page.fill("input[name=login]", account)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def visible_box(page: Page, selector: str) -> FloatRect:
    """Where an element is, as far as the window reaches."""
    box, window = page.locator(selector).bounding_box(), page.viewport_size
    if box is None or window is None:
        raise ValueError(f"{selector} is not on the page")
    height = min(box["height"], window["height"] - box["y"])
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": height}


def _is_fault(message: ConsoleMessage) -> bool:
    """A refusal is an answer of 422, which the browser mentions."""
    return message.type == "error" and "422" not in message.text


def take(page: Page, address: str, shot: Shot, out: Path) -> list[str]:
    """One picture; returns what the browser complained about."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if shot.lead is not None:
        shot.lead(page, address)
    else:
        page.goto(address + shot.path)
    page.wait_for_selector(shot.wait)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    picture = str(out / f"{shot.name}.png")
    if shot.part:
        page.screenshot(path=picture, clip=visible_box(page, shot.part))
    else:
        page.screenshot(path=picture)
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "guide" / "images")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    password = (Path(os.environ["QUYU_HOME"]) / "demo_accounts.txt").read_text().strip()
    complaints: list[str] = []
    with site() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in SHOTS:
            if wanted.only and shot.name not in wanted.only:
                continue
            size = {"width": shot.width or wanted.width, "height": wanted.height}
            page = browser.new_context(viewport=size, locale="zh-CN").new_page()  # type: ignore[arg-type]
            page.set_default_timeout(PATIENCE)
            sign_in(page, address, shot.account, password)
            try:
                complaints += [f"{shot.name}: {text}" for text in take(page, address, shot, wanted.out)]
            except Exception as error:  # the next picture is still wanted; the fault is told at the end
                page.screenshot(path=str(wanted.out / f"{shot.name}.png"))
                complaints.append(f"{shot.name}: {error}")
            page.context.close()
        browser.close()
    print("\n".join(complaints) or "no complaints from the browser")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
