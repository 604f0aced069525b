"""What a verification found, in words and as plain data."""

from django.utils.translation import gettext_lazy as _

from quyu.platform.audit.trail import Finding

TEMPLATES = {
    "edited": _("{day} 第 {number} 条被改动。"),
    "deleted": _("{day} 第 {number} 条被删除。"),
    "inserted": _("{day} 第 {number} 条是插入的。"),
    "reordered": _("{day} 第 {number} 条被移动，它原来是第 {belongs} 条。"),
    "truncated": _("{day} 第 {number} 条起的末尾 {count} 条被截掉。"),
    "rewritten": _("{day} 到第 {number} 条为止的记录与另存的日封不同：整段被重写。"),
    "seal_edited": _("{day} 的日封被改动。"),
    "seal_deleted": _("{day} 的日封被删除。"),
    "seal_inserted": _("{day} 的日封是插入的。"),
    "head_edited": _("{day} 第 {number} 条之后的链尾标记被改动，末尾可能被截掉或增加。"),
    "head_deleted": _("{day} 第 {number} 条之后的链尾标记被删除。"),
    "kept_forged": _("另存文件里 {day} 的日封不是本系统写的。"),
    "key": _("审计密钥不是写下这些记录的那一个，请恢复原来的密钥后再核验。"),
}


def finding_text(finding: Finding) -> str:
    """One finding as a sentence: where, and what happened."""
    return str(TEMPLATES[finding.kind]).format(
        day=finding.day or "—", number=finding.number, belongs=finding.belongs, count=finding.count
    )


def finding_data(finding: Finding) -> dict[str, object]:
    """One finding for a script."""
    return {
        "kind": finding.kind,
        "day": finding.day.isoformat() if finding.day else None,
        "number": finding.number,
        "belongs": finding.belongs,
        "count": finding.count,
        "message": finding_text(finding),
    }
