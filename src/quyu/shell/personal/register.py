"""The register of personal data: what each package declares, and the texts in which names may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers import personal as customers
from quyu.platform.audit.personal import BLANK, DROP, NAME, STAYS, TEXT, PersonalField
from quyu.platform.people import personal as people

BUSINESS = _("记录业务决定，供核对和审计")
DUTY = _("会计和审计的法定义务")
KEPT = _("随业务记录长期保存；其中的姓名按请求匿名")
UPLOADS = _("原件满保留期后清除")
SIGN_IN = _("账号存续期间")
SECURITY = _("保障系统安全的法定义务")

TEXTS = {
    "audit.Decision": ("subject_label", "detail", "reason"),
    "approvals.Approval": ("subject_label", "summary", "submit_note", "decision_note"),
    "notices.Notice": ("text",),
    "notices.OutgoingMessage": ("payload",),
    "facts.Batch": ("file_name", "source", "reason"),
    "facts.ClosedMonth": ("reason",),
    "customers.RuleSet": ("name",),
    "customers.Overlay": ("name",),
    "customers.CustomerClaim": ("reason", "evidence", "answer", "ruling"),
    "geography.CodeChange": ("source",),
    "geography.MarketFigure": ("source",),
    "market.Indicator": ("name",),
    "territories.Territory": ("name",),
    "territories.Ability": ("skills", "products"),
    "territories.Alignment": ("name", "method"),
    "territories.AlignmentComment": ("text",),
    "targets.Plan": ("name",),
    "targets.PlanVersion": ("axes", "method", "scenario", "purpose"),
    "targets.Lock": ("reason",),
    "targets.Operation": ("detail", "reason"),
    "targets.CellComment": ("text",),
    "targets.ChangeEvidence": ("text",),
    "targets.ChangeRule": ("name",),
    "targets.TargetChange": ("title", "reason", "analysis"),
    "targets.Letter": ("content", "objection"),
    "targets.Commitment": ("reason",),
    "targets.NegotiationMove": ("text",),
    "targets.Minutes": ("title", "text"),
    "targets.Round": ("title", "message"),
    "targets.CreditSplit": ("reason",),
    "targets.ExcludedOrder": ("reason",),
    "targets.Milestone": ("name", "note"),
    "targets.PolicyRule": ("note",),
    "targets.StrategyLine": ("title", "text"),
    "monitoring.AlertRule": ("name", "advice"),
    "monitoring.AlertAct": ("text",),
    "monitoring.Meeting": ("agenda", "minutes", "pack"),
    "monitoring.Promise": ("text", "result"),
    "monitoring.PdcaCard": ("problem", "cause", "measures", "lesson"),
    "monitoring.CardTask": ("text", "result"),
    "monitoring.CardTaskReport": ("text",),
    "monitoring.PromiseReport": ("text",),
    "reports.SavedView": ("name", "question"),
    "monitoring.ControlTotal": ("source", "note"),
    "django_tasks_database.DBTaskResult": ("args_kwargs", "return_value", "traceback"),
}
UPLOADED = {
    "files.StoredFile": ("name",),
    "imports.ImportRun": ("mapping", "options", "preview", "errors", "receipt"),
    "imports.WrittenRow": ("before",),
    "imports.RememberedMapping": ("mapping", "answers"),
}
ACCOUNTS = {
    "account.EmailAddress": ("email",),
    "mfa.Authenticator": ("data",),
    "socialaccount.SocialAccount": ("uid", "extra_data"),
    "signin.Session": ("address", "agent"),
    "signin.ApiToken": ("name",),
    "notices.MessageAddress": ("shown", "sealed"),
    "notices.OutgoingMessage": ("error",),
}
NOT_PERSONAL = {
    "auth.Group": _("没有使用"),
    "auth.Permission": _("框架自带的名称"),
    "account.EmailConfirmation": _("没有使用"),
    "socialaccount.SocialApp": _("单点登录服务的名称"),
    "socialaccount.SocialToken": _("没有使用"),
    "sessions.Session": _("会话编号；随退出和到期清除"),
    "signin.FailureCount": _("账号和地址的散列值；一天内清除"),
    "people.OrgUnit": _("组织的名称"),
    "catalog.ProductLine": _("产品线的名称"),
    "catalog.Product": _("产品的名称"),
    "catalog.Channel": _("渠道的名称"),
    "calendar.CalendarDay": _("节日的名称"),
    "geography.BasicUnit": _("行政区划的名称"),
    "geography.BoundaryUpload": _("行政区划的名称"),
    "geography.CodeChange.new_name": _("行政区划的名称"),
    "contenttypes.ContentType": _("框架自带的名称"),
    "django_tasks_database.DBTaskResult.backend_name": _("后台任务的设置"),
    "django_tasks_database.DBTaskResult.queue_name": _("后台任务的设置"),
}
NAMED = {
    "django_tasks_database.DBTaskResult.args_kwargs": _("后台任务：参数"),
    "django_tasks_database.DBTaskResult.return_value": _("后台任务：结果"),
    "django_tasks_database.DBTaskResult.traceback": _("后台任务：出错记录"),
    "imports.WrittenRow.before": _("导入写入的行：原值"),
    "imports.RememberedMapping.mapping": _("记住的列对应：列"),
    "imports.RememberedMapping.answers": _("记住的列对应：回答"),
    "account.EmailAddress.email": _("账号：邮箱"),
    "mfa.Authenticator.data": _("两步验证：密钥与恢复码"),
}
"""Names for people, where the model itself bears none."""
TREATMENTS = {
    NAME: _("换成化名"),
    BLANK: _("清空"),
    TEXT: _("文字中换成化名"),
    DROP: _("删除"),
    STAYS: _("保留"),
}
LOOKS_PERSONAL = re.compile(
    r"(^|_)(name|phone|mobile|tel|fax|email|mail|address|contact|id_number|id_card|passport|birth\w*|gender|username"
    r"|ip|agent|reason|note|label|text|detail|summary|errors|preview|comment|remark)(_|$)"
)


def _of(declared: dict[str, tuple[str, ...]], treatment: str, *told: Any) -> Iterator[PersonalField]:
    for model, fields in declared.items():
        for field in fields:
            yield PersonalField(model, field, treatment, *told)


REGISTER: tuple[PersonalField, ...] = (
    *people.FIELDS,
    *customers.FIELDS,
    *_of(TEXTS, TEXT, BUSINESS, DUTY, KEPT),
    *_of(UPLOADED, TEXT, BUSINESS, DUTY, UPLOADS),
    *_of(ACCOUNTS, DROP, _("登录与两步验证"), SECURITY, SIGN_IN),
)


def label_of(one: PersonalField) -> str:
    """The object and the field in the words of its pages."""
    if name := NAMED.get(f"{one.model}.{one.field}"):
        return str(name)
    model = apps.get_model(one.model)
    said = (gettext(str(name)) for name in (model._meta.verbose_name, _title(model, one.field)))
    return _("{object}：{field}").format(**dict(zip(("object", "field"), said, strict=True)))


def _title(model: type[models.Model], name: str) -> object:
    return getattr(model._meta.get_field(name), "verbose_name", name)


def fields_treated(treatment: str) -> dict[type[models.Model], tuple[str, ...]]:
    """The fields of one treatment by model; a model with row history brings its history along."""
    found: dict[type[models.Model], tuple[str, ...]] = {}
    for one in REGISTER:
        if one.treatment == treatment:
            model = apps.get_model(one.model)
            for each in (model, *history_of(model)):
                found[each] = (*found.get(each, ()), one.field)
    return found


def history_of(model: type[models.Model]) -> list[type[models.Model]]:
    """The model of the row history, if there is one."""
    manager = getattr(model, "history", None)
    return [manager.model] if manager is not None else []


def unregistered() -> list[str]:
    """Fields whose name looks personal and which nobody has registered or declared harmless."""
    known = {(one.model, one.field) for one in REGISTER}
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.label not in NOT_PERSONAL and not hasattr(model, "instance_type")
        for field in model._meta.concrete_fields
        if LOOKS_PERSONAL.search(field.name) and isinstance(field, TEXTUAL) and not field.choices
        if (model._meta.label, field.name) not in known
        and f"{model._meta.label}.{field.name}" not in NOT_PERSONAL
    )


TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)
