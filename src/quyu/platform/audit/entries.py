"""The names and the dress of the entries in a decision's detail and in an approval's summary.

Apps write plain keys; amounts end in `_fen`, rates in `_bp`, addresses of pages in `_url`. An unknown key is shown as it is.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from quyu.kernel.money import format_yuan
from quyu.kernel.rate import format_bp

ENTRY_LABELS = {
    "name": _("名称"),
    "total": _("合计"),
    "regions": _("下级区域"),
    "region": _("区域"),
    "period": _("期间"),
    "reason": _("理由"),
    "compared_with": _("对比版本"),
    "movers": _("变化最大的区域"),
    "people_moved": _("变化最大的人"),
    "fairness": _("公平性"),
    "checks": _("检查"),
    "checks_url": _("检查"),
    "checked": _("目标数"),
    "failed": _("不通过"),
    "high": _("偏高"),
    "low": _("偏低"),
    "rules_broken": _("不满足的规则"),
    "orphans": _("没有战略依据"),
    "variation_bp": _("变异系数"),
    "outliers": _("离群"),
    "product_line": _("产品线"),
    "target": _("目标"),
    "target_fen": _("目标"),
    "last_year": _("上年实绩"),
    "last_year_fen": _("上年实绩"),
    "total_fen": _("总目标"),
    "amount_fen": _("金额"),
    "value_fen": _("新值"),
    "before": _("改前"),
    "before_fen": _("改前"),
    "after": _("改后"),
    "after_fen": _("改后"),
    "growth_bp": _("增长率"),
    "change_bp": _("变化率"),
    "carried": _("承接目标"),
    "carried_fen": _("承接目标"),
    "unanswered": _("下达未答复"),
    "countered": _("还价未定"),
    "deviation_bp": _("最大偏差"),
    "territories": _("销售区域数"),
    "territory": _("销售区域"),
    "units": _("基本单元数"),
    "planned_from": _("拟生效日"),
    "moved_units": _("调整的单元数"),
    "touched_territories": _("涉及销售区域数"),
    "moved_fen": _("调整涉及金额"),
    "moves": _("调整明细"),
    "unit": _("基本单元"),
    "from_territory": _("原销售区域"),
    "to_territory": _("新销售区域"),
    "customers": _("客户数"),
    "overlays": _("叠加区域数"),
    "changed": _("变动数"),
    "rows": _("行数"),
    "node_count": _("节点数"),
    "cells_changed": _("变化的单元格"),
    "based_on": _("基于"),
    "supersedes": _("替代版本"),
    "source": _("来源"),
    "from": _("原"),
    "to": _("现"),
    "person": _("人员"),
    "position": _("岗位"),
    "valid_from": _("生效日"),
    "valid_to": _("失效日"),
    "left_on": _("离职日"),
    "role": _("角色"),
    "fields": _("字段"),
    "account": _("账号"),
    "limit_kind": _("事项"),
    "limit_bp": _("最大比例"),
    "limit_fen": _("最大金额"),
    "limit": _("上限"),
    "org_unit": _("组织"),
    "planned_assignments_removed": _("取消的预定任职"),
    "hedge_fen": _("缓冲"),
    "hedge_before_fen": _("原缓冲"),
    "uplift_bp": _("加码"),
    "rule": _("规则"),
    "undoes": _("撤销的序号"),
    "reverses": _("冲销的批次"),
    "sha256": _("文件指纹"),
    "channels": _("渠道"),
    "products": _("产品"),
    "people": _("人员"),
    "files": _("文件数"),
    "imports": _("导入记录"),
    "bytes": _("字节数"),
    "month": _("月份"),
    "changes": _("与上次关账的差"),
    "before_lines": _("改前行数"),
    "after_lines": _("改后行数"),
}
ENTRY_VALUES: dict[str, Mapping[str, object]] = {
    "rule": {"none": _("上级随之变化"), "total": _("上级不变，由同级分摊")}
}


def name_values(name: str, words: Mapping[str, object]) -> None:
    """Say the codes of an entry in these words (the app that knows them calls this once)."""
    ENTRY_VALUES[name] = words


def label(name: str) -> str:
    """The name of an entry for people."""
    return str(ENTRY_LABELS.get(name, name))


def kind(name: str) -> str:
    """How the value is shown: amount, rate, link or text."""
    kinds = {"_fen": "amount", "_bp": "rate", "_url": "link"}
    return next((kind for ending, kind in kinds.items() if name.endswith(ending)), "text")


def text(name: str, value: Any) -> str:
    """A single value in words."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"amount": format_yuan, "rate": format_bp}.get(kind(name), str)(value)
    return str(ENTRY_VALUES.get(name, {}).get(value, value))


def one_line(detail: Mapping[str, Any]) -> str:
    """The single values of a detail, `name value`, on one line; lists, records and links are left out."""
    shown = [
        f"{label(name)} {text(name, value)}"
        for name, value in detail.items()
        if value not in (None, "") and not isinstance(value, dict | list) and kind(name) != "link"
    ]
    return " · ".join(shown)
