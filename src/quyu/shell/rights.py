"""权限矩阵: the table of rights as people read and print it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quyu.platform.people import guard, policy
from quyu.platform.people.choices import Role

RESOURCE_LABELS = {
    "home": _("首页"),
    "account": _("本人账号"),
    "notice": _("通知"),
    "user": _("账号"),
    "grant": _("授权"),
    "org_unit": _("组织"),
    "position": _("岗位"),
    "person": _("人员"),
    "customer": _("客户"),
    "dealer": _("经销商账号"),
    "claim": _("归属争议"),
    "territory": _("销售区域"),
    "alignment": _("区域划分方案"),
    "plan": _("目标方案"),
    "target": _("目标"),
    "limit": _("授权额度"),
    "actual": _("实绩"),
    "order": _("订单明细"),
    "import": _("导入"),
    "approval": _("审批"),
    "personal": _("个人信息"),
    "audit": _("审计"),
    "rights": _("权限矩阵"),
    "product": _("产品"),
    "channel": _("渠道"),
    "calendar": _("工作日历"),
}
ACTION_LABELS = {
    "view": _("查看"),
    "create": _("新建"),
    "edit": _("修改"),
    "delete": _("删除"),
    "import": _("导入"),
    "export": _("导出"),
    "submit": _("提交"),
    "approve": _("审批"),
    "publish": _("发布"),
}


@guard.require("rights", "view")
def rights(request: HttpRequest) -> HttpResponse:
    """The policy table as people read it."""
    rows = [
        (
            RESOURCE_LABELS[resource],
            [[ACTION_LABELS[action] for action in actions] for actions in by_role.values()],
        )
        for resource, by_role in policy.matrix()
    ]
    return render(
        request, "audit/rights.html.jinja", {"roles": [str(role.label) for role in Role], "rows": rows}
    )
