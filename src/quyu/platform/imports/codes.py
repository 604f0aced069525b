"""What the codes of errors are called on a page; a code without a name here is shown as it is."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Mapping[str, Promise] = {
    "missing_column": _("缺少列"),
    "duplicate_header": _("表头重复"),
    "ambiguous_header": _("列要选择"),
    "encoding": _("编码不明"),
    "not_a_number": _("不是数"),
    "not_a_date": _("不是日期"),
    "ambiguous_date": _("日期有两种读法"),
    "ambiguous_unit": _("单位不明"),
    "out_of_range": _("超出范围"),
    "amount_mismatch": _("数量乘单价不等于金额"),
    "duplicate_line": _("重复的行"),
    "unknown_customer": _("没有这个客户"),
    "unknown_product": _("没有这个产品"),
    "unknown_channel": _("没有这个渠道"),
    "unknown_region": _("没有这个地区"),
    "unknown_person": _("没有这位业务员"),
    "unknown_choice": _("不在可选的词里"),
    "ambiguous_person": _("同名的人"),
    "ambiguous_name": _("有几条同名"),
    "person_not_active": _("当时不在职"),
    "period_closed": _("已关账"),
    "future_date": _("日期在将来"),
    "out_of_scope": _("不归您负责"),
    "required": _("必填的格是空的"),
    "precision_lost": _("编号被截断"),
    "formula_without_value": _("公式没有结果"),
    "merged_cell": _("合并单元格"),
    "too_few_fields": _("这一行缺字段"),
    "too_many_fields": _("这一行多字段"),
    "truncated": _("文件不完整"),
    "too_large": _("文件过大"),
    "too_many_columns": _("列太多"),
    "corrupt_file": _("文件已损坏"),
    "unsupported_type": _("文件类型不支持"),
    "password_protected": _("文件有密码"),
    "dtd_forbidden": _("文件不安全"),
    "empty_file": _("没有内容"),
    "already_imported": _("已经导入过"),
}


def label(code: str) -> str:
    """The name of a code in the reader's language."""
    return str(LABELS.get(code, code))
