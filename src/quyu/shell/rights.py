"""权限矩阵: the table of rights as people read and print it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.choices import ChangeState, LetterState, VersionState
from quyu.apps.territories.choices import AlignmentState
from quyu.platform.approvals.choices import ApprovalState
from quyu.platform.fields.values import listed
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
    "claim": _("归属冲突"),
    "market": _("市场数据"),
    "territory": _("销售区域"),
    "alignment": _("区域划分方案"),
    "plan": _("目标方案"),
    "target": _("目标"),
    "commitment": _("下达与协商"),
    "letter": _("目标责任书"),
    "change": _("目标调整"),
    "strategy": _("战略"),
    "milestone": _("里程碑"),
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
    "alert": _("预警"),
    "alert_rule": _("预警规则"),
    "meeting": _("经营例会"),
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
MODELS = {"customer": "customers.Customer", "person": "people.Person", "product": "catalog.Product"}
ORDER_FIELDS = {
    "ordered_on": _("日期"),
    "order_no": _("订单号"),
    "product": _("产品"),
    "quantity": _("数量"),
    "amount": _("金额"),
}
REACHES = {
    Role.SALESPERSON: _("本人岗位负责的销售区域及其客户"),
    Role.DEALER: _("账号关联的客户及其订单；产品"),
    Role.SYSTEM_ADMIN: _("全公司的账号与组织"),
    Role.SECURITY_ADMIN: _("全公司的授权与组织"),
    Role.AUDIT_ADMIN: _("全公司的审计记录"),
}
EVERY_REACH = _("所辖组织及其下级，以及本人岗位负责的销售区域")


@dataclass(frozen=True)
class RoleCard:
    """One role with everything it may do, for narrow screens and for reading one role through."""

    name: str
    reach: str
    rights: tuple[tuple[str, str], ...]


@guard.require("rights", "view")
def rights(request: HttpRequest) -> HttpResponse:
    """The table of rights, the states, the sets of fields: all that the product decides by."""
    matrix = list(policy.matrix())
    rows = [
        (RESOURCE_LABELS[resource], [actions_text(actions) for actions in by_role.values()])
        for resource, by_role in matrix
    ]
    context = {
        "roles": [str(role.label) for role in Role],
        "rows": rows,
        "cards": [card_of(role, matrix) for role in Role],
        "states": state_rows(),
        "sights": sight_rows(),
        "masked": masked_rows(),
        "limited": [
            *limited_rows(policy.VISIBLE, gettext("可见")),
            *limited_rows(policy.WRITABLE, gettext("可写")),
        ],
        "may_audit": guard.may(request, "audit", "view"),
    }
    return render(request, "audit/rights.html.jinja", context)


def actions_text(actions: Iterable[str]) -> str:
    return listed(ACTION_LABELS[action] for action in actions)


def card_of(role: Role, matrix: list[tuple[str, dict[str, tuple[str, ...]]]]) -> RoleCard:
    """What one role may do, resource by resource; what it may not is left out."""
    pairs = tuple(
        (str(RESOURCE_LABELS[resource]), actions_text(by_role[role.value]))
        for resource, by_role in matrix
        if by_role[role.value]
    )
    return RoleCard(str(role.label), str(REACHES.get(role, EVERY_REACH)), pairs)


def state_words(states: Iterable[str]) -> str:
    """States in words, whichever object they belong to."""
    known = dict(VersionState.choices) | dict(AlignmentState.choices) | dict(ApprovalState.choices)
    known |= dict(LetterState.choices) | dict(ChangeState.choices)
    known |= {"submitted": _("已提交，待审批")}
    order = list(known)
    return listed(known[state] for state in sorted(states, key=order.index))


def state_rows() -> list[tuple[str, str, str]]:
    return [
        (str(RESOURCE_LABELS[resource]), str(ACTION_LABELS[action]), state_words(states))
        for (resource, action), states in policy.STATES.items()
    ]


def sight_rows() -> list[tuple[str, str, str]]:
    return [
        (str(role.label), str(RESOURCE_LABELS[resource]), state_words(states))
        for role, by_resource in policy.SEEN_STATES.items()
        for resource, states in by_resource.items()
    ]


def field_words(resource: str, names: Iterable[str]) -> str:
    """Fields by their labels, in the order of the model."""
    if resource not in MODELS:
        return listed(label for name, label in ORDER_FIELDS.items() if name in set(names))
    fields = apps.get_model(MODELS[resource])._meta.concrete_fields
    return listed(gettext(str(field.verbose_name)) for field in fields if field.name in set(names))


def masked_rows() -> list[tuple[str, str, str]]:
    """Personal fields, and the roles that may have them shown."""
    return [
        (
            str(RESOURCE_LABELS[resource]),
            field_words(resource, names),
            listed(
                role.label for role in Role if role in policy.roles_with("personal", "view", about=resource)
            ),
        )
        for resource, names in policy.PERSONAL.items()
    ]


def limited_rows(
    table: Mapping[Role, Mapping[str, Iterable[str]]], kind: str
) -> list[tuple[str, str, str, str]]:
    """The roles that see or write only some fields of a resource."""
    return [
        (str(role.label), str(RESOURCE_LABELS[resource]), kind, field_words(resource, names))
        for role, by_resource in table.items()
        for resource, names in by_resource.items()
    ]
