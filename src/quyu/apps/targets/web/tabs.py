"""The pages of one version in groups, side by side: every page about a version shows the same tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.models import PlanVersion
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest


@dataclass(frozen=True)
class Tab:
    """A page at the URL called `name`, for who may `action` on `resource`; company-wide ones for who reaches all."""

    label: Promise
    name: str
    resource: str = "target"
    action: str = "view"
    is_company_wide: bool = False


GROUPS: tuple[tuple[Promise, tuple[Tab, ...]], ...] = (
    (_("目标表"), (Tab(_("目标表"), "target-version"),)),
    (
        _("编制依据"),
        (
            Tab(_("基线"), "target-baseline"),
            Tab(_("指标"), "target-measures"),
            Tab(_("派生"), "target-derived"),
            Tab(_("场景"), "target-scenarios"),
        ),
    ),
    (
        _("检查与审阅"),
        (
            Tab(_("检查"), "target-checks"),
            Tab(_("规则"), "target-rules"),
            Tab(_("审阅"), "target-review", "plan"),
            Tab(_("核验"), "target-proof", "plan", is_company_wide=True),
        ),
    ),
    (
        _("下达与协商"),
        (
            Tab(_("逐级下达"), "target-round", "commitment"),
            Tab(_("上下对照"), "target-gap", "commitment"),
            Tab(_("加码与缓冲"), "target-uplift", "target", "edit"),
            Tab(_("空缺与新人"), "target-staffing", "target", "edit"),
        ),
    ),
    (
        _("人员与变更"),
        (
            Tab(_("按人"), "target-people"),
            Tab(_("里程碑"), "target-milestones", "milestone"),
            Tab(_("值链"), "target-chain"),
            Tab(_("变更记录"), "target-history"),
        ),
    ),
)


def tabs(request: GuardedRequest, version: PlanVersion, current: str) -> list[dict[str, Any]]:
    """What `ui.tabs` draws: groups, each with the pages this person may open; `current` is the URL name of this one."""
    drawn = []
    for label, group in GROUPS:
        pages = [
            {"label": tab.label, "url": reverse(tab.name, args=[version.pk]), "active": tab.name == current}
            for tab in group
            if _may_open(request, tab)
        ]
        if pages:
            is_here = any(page["active"] for page in pages)
            drawn.append({"label": label, "url": pages[0]["url"], "active": is_here, "pages": pages})
    return drawn


def _may_open(request: GuardedRequest, tab: Tab) -> bool:
    return guard.may(request, tab.resource, tab.action) and (
        not tab.is_company_wide or _reaches_all(request, tab)
    )


def _reaches_all(request: GuardedRequest, tab: Tab) -> bool:
    return policy.narrow(guard.full_scope(request), tab.resource, tab.action).is_everything
