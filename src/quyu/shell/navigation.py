"""The menu: which pages exist, and which of them this person may see."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.platform.people import guard, policy


@dataclass(frozen=True)
class Page:
    """A menu entry; shown when `view` is a known URL name and the role has `action` (view) on `resource`.

    `is_company_wide`: the page is refused to who holds the right for a part of the company.
    """

    label: str | Promise
    view: str
    icon: str
    resource: str
    action: str = "view"
    is_company_wide: bool = False


@dataclass(frozen=True)
class Group:
    label: str | Promise
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Entry:
    """A menu entry as one person sees it on one page."""

    label: str | Promise
    url: str
    icon: str
    is_active: bool


@dataclass(frozen=True)
class EntryGroup:
    label: str | Promise
    entries: tuple[Entry, ...]


MENU = (
    Group("", (Page(_("首页"), "home", icon="home", resource="home"),)),
    Group(
        _("经营"),
        (
            Page(_("业绩"), "performance", icon="chart-bar", resource="actual"),
            Page(_("差异分析"), "performance-bridge", icon="trending-up", resource="actual"),
            Page(_("真实达成"), "performance-genuine", icon="scale", resource="actual"),
            Page(_("应收与账龄"), "performance-receivables", icon="receipt", resource="actual"),
            Page(_("预警"), "alerts", icon="bell", resource="alert"),
            Page(_("目标"), "targets", icon="target-arrow", resource="target"),
            Page(_("规则包"), "target-pack", icon="checkup-list", resource="plan"),
            Page(_("战略对齐"), "strategy", icon="star", resource="strategy"),
            Page(_("我的目标"), "my-targets", icon="checks", resource="commitment", action="edit"),
            Page(_("责任书"), "letters", icon="file-certificate", resource="letter"),
            Page(_("目标调整"), "target-changes", icon="adjustments", resource="change"),
        ),
    ),
    Group(
        _("区域"),
        (
            Page(_("区域"), "territories", icon="map-2", resource="territory"),
            Page(_("市场"), "market", icon="trending-up", resource="market"),
            Page(_("工作量"), "workload", icon="clock-hour-4", resource="territory"),
            Page(_("编制"), "staffing", icon="users-group", resource="alignment"),
            Page(_("失衡预警"), "territory-drift", icon="scale", resource="alignment"),
            Page(
                _("区划变更"), "code-changes", icon="arrows-split", resource="alignment", is_company_wide=True
            ),
        ),
    ),
    Group(
        _("客户"),
        (
            Page(_("客户"), "customer-list", icon="building-store", resource="customer"),
            Page(_("划分规则"), "rule-sets", icon="sitemap", resource="alignment", is_company_wide=True),
            Page(_("客户覆盖"), "customer-coverage", icon="shield-check", resource="claim"),
            Page(_("认领与裁定"), "customer-claims", icon="gavel", resource="claim"),
            Page(_("归属冲突"), "customer-conflicts", icon="arrows-split", resource="claim"),
        ),
    ),
    Group(
        _("协同"),
        (
            Page(_("审批"), "approvals", icon="checkup-list", resource="approval"),
            Page(_("交给我的"), "given", icon="checks", resource="alert"),
            Page(_("PDCA 卡"), "cards", icon="refresh", resource="alert"),
            Page(_("经验库"), "lessons", icon="search", resource="alert"),
            Page(_("经营例会"), "meetings", icon="users", resource="meeting"),
            Page(_("导入"), "imports", icon="file-import", resource="import"),
            Page(_("数据质量"), "data-quality", icon="checkup-list", resource="actual", is_company_wide=True),
        ),
    ),
    Group(
        _("基础"),
        (
            Page(_("组织"), "organisation", icon="sitemap", resource="org_unit"),
            Page(_("组织清单"), "orgunit-list", icon="list", resource="org_unit"),
            Page(_("岗位"), "position-list", icon="armchair", resource="position"),
            Page(_("人员"), "person-list", icon="users", resource="person"),
            Page(_("产品线"), "productline-list", icon="list-details", resource="product"),
            Page(_("产品"), "product-list", icon="package", resource="product"),
            Page(_("渠道"), "channel-list", icon="route", resource="channel"),
            Page(_("工作日历"), "calendarday-list", icon="calendar-event", resource="calendar"),
            Page(_("关账"), "months", icon="lock", resource="calendar", action="edit", is_company_wide=True),
            Page(_("经销商账号"), "dealers", icon="building-store", resource="dealer"),
            Page(_("授权额度"), "limits", icon="adjustments", resource="limit", is_company_wide=True),
            Page(_("账号"), "user-list", icon="user-cog", resource="user"),
            Page(
                _("个人信息请求"),
                "subjects",
                icon="user-question",
                resource="personal",
                action="export",
                is_company_wide=True,
            ),
            Page(_("审计"), "audit", icon="history", resource="audit"),
            Page(_("权限矩阵"), "audit-rights", icon="shield-lock", resource="rights"),
        ),
    ),
)


def url_of(view: str) -> str:
    """The address of a page, or nothing when no such page exists yet."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def _visible(request: HttpRequest) -> Iterator[tuple[Group, list[tuple[Page, str]]]]:
    for group in MENU:
        allowed = (page for page in group.pages if _is_open(request, page))
        pages = [(page, url) for page in allowed if (url := url_of(page.view))]
        if pages:
            yield group, pages


def _is_open(request: HttpRequest, page: Page) -> bool:
    if not guard.may(request, page.resource, page.action):
        return False
    reach = policy.narrow(guard.full_scope(request), page.resource, page.action)
    return reach.is_everything or not page.is_company_wide


def groups_for(request: HttpRequest) -> list[EntryGroup]:
    """The menu of this request; the entry whose address is the longest prefix of the path is active."""
    visible = list(_visible(request))
    urls = [url for _group, pages in visible for _page, url in pages]
    here = (url for url in urls if request.path == url or (url != "/" and request.path.startswith(url)))
    active = max(here, key=len, default="")
    return [
        EntryGroup(
            group.label, tuple(Entry(page.label, url, page.icon, url == active) for page, url in pages)
        )
        for group, pages in visible
    ]
