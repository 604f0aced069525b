"""The log of a version in words: who changed what, when, by how much and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import Operation, PlanVersion


@dataclass(frozen=True)
class Change:
    """One operation for people; amounts in fen, None where the operation has none."""

    sequence: int
    kind: str
    title: str
    subject: str
    region: str
    before_fen: int | None
    after_fen: int | None
    cells_changed: int | None
    rule: str
    person: str
    reason: str
    at: datetime
    digest: str


def operations_of(version: PlanVersion) -> QuerySet[Operation]:
    """The log, newest first."""
    return Operation.objects.filter(plan_version=version).select_related("actor").defer("patch")


def change_of(operation: Operation, axes: Axes) -> Change:
    """An operation in words."""
    detail: dict[str, Any] = operation.detail
    rule = detail.get("rule")
    return Change(
        sequence=operation.sequence,
        kind=operation.kind,
        title=titles().get(operation.kind, operation.kind),
        subject=_subject(operation, axes),
        region=str(detail.get("region", "")),
        before_fen=detail.get("before_fen"),
        after_fen=detail.get("after_fen", detail.get("total_fen")),
        cells_changed=detail.get("cells_changed"),
        rule=str(EditRule(rule).label) if rule else "",
        person=person_name(operation),
        reason=operation.reason,
        at=operation.at,
        digest=operation.digest,
    )


def titles() -> dict[str, str]:
    return {
        "create": _("生成初稿"),
        "copy": _("复制版本"),
        "branch": _("新建场景"),
        "merge": _("合并场景"),
        "edit": _("修改"),
        "undo": _("撤销"),
        "redo": _("重做"),
        "lock": _("锁定"),
        "unlock": _("解锁"),
        "import": _("从表格更新"),
        "paste": _("粘贴"),
        "fill": _("填充"),
        "change": _("年中调整"),
        "share": _("补足战略占比"),
        "gap": _("分担缺口"),
        "uplift": _("加码"),
        "staffing": _("空缺与新人"),
    }


def person_name(operation: Operation) -> str:
    if operation.actor is None:
        return _("系统")
    return operation.actor.get_full_name() or operation.actor.get_username()


def _subject(operation: Operation, axes: Axes) -> str:
    detail = operation.detail
    if "region" in detail:
        return axes.label(Node.from_json(detail))
    if operation.kind == "undo":
        return _("第 %(sequence)s 次变更") % {"sequence": detail["undoes"]}
    if operation.kind == "redo":
        return _("第 %(sequence)s 次变更") % {"sequence": detail["redoes"]}
    if operation.kind in ("import", "paste", "fill"):
        return _("%(count)s 个单元格") % {"count": detail["node_count"]}
    if operation.kind == "share":
        return _("%(count)s 个区域") % {"count": len(detail["regions"])}
    if operation.kind in ("copy", "branch", "merge"):
        return _("来自第 %(number)s 版") % {"number": detail["based_on"]}
    return axes.name(axes.tree.root)
