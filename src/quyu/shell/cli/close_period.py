"""`quyu close-period`: which months are closed; close one, or ask for one to be opened again."""

from datetime import date

import click
from django.utils import translation

from quyu.apps.performance import closed
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import closing
from quyu.platform.facts.models import ClosedMonth
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of
from quyu.shell import clock
from quyu.shell.cli.closing import close as told
from quyu.shell.cli.closing import closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.site import apply_migrations


class NotAMonth(Refusal):
    """The text is no month."""

    def __init__(self, text: str) -> None:
        super().__init__("not_a_month", "“{value}”不是月份，请写成 2026-05 的样子。", value=text)


class NoRightToClose(Refusal):
    """No account of that name may close months of the whole company."""

    def __init__(self, name: str) -> None:
        super().__init__("no_right_to_close", "没有账号 {name}，或它无权关账。", name=name)


class NobodyAsks(Refusal):
    """A request needs somebody who makes it, for somebody else decides."""

    def __init__(self) -> None:
        super().__init__("nobody_asks", "申请重开须写明由谁申请：--as 账号。重开由另一个人审批。")


@click.command(
    cls=Command,
    name="close-period",
    help=_("关账：不写月份时列出各月状态；关闭一个月（2026-05），或用 --reopen 申请重开。"),
)
@click.argument("month", metavar=_("月份"), required=False)
@click.option("--reason", default="", help=_("原因，写入审计；关账和申请重开都须写。"))
@click.option("--reopen", "is_reopening", is_flag=True, help=_("申请重开这个已关账的月份，由他人审批。"))
@click.option("--as", "account", help=_("以哪个账号的权限操作。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def close_period(
    month: str | None, reason: str, is_reopening: bool, account: str | None, as_json: bool
) -> None:
    apply_migrations()
    if month is None:
        _list(as_json=as_json)
        return
    if not reason.strip():
        raise click.BadParameter(_("请用 --reason 写明原因。"))
    with translation.override(LANGUAGE), closed_by(_refused, as_json=as_json):
        first, user = _month(month), _user(account)
        if is_reopening:
            _ask(first, reason, user, as_json=as_json)
        else:
            _close(first, reason, user, as_json=as_json)


def _list(*, as_json: bool) -> None:
    months = closing.months(clock.today())
    for month in months:
        state = _("已关账") if month.is_closed else _("未关账")
        click.echo(f"{month.first:%Y-%m}  {state}  {month.row.reason if month.row else ''}".rstrip())
    told(
        {"months": [{"month": f"{one.first:%Y-%m}", "is_closed": one.is_closed} for one in months]},
        as_json=as_json,
    )


def _close(month: date, reason: str, user: User | None, *, as_json: bool) -> None:
    row = closed.close(
        month, expected_version=None, reason=reason, actor=user, at=clock.now(), today=clock.today()
    )
    click.echo(_("{month} 已关账。").format(month=f"{month:%Y-%m}"))
    for one in row.changes:
        before, after = format_yuan(one["before_fen"]), format_yuan(one["after_fen"])
        click.echo(f"  {one['region']}：{before} → {after} {_('元')}")
    told(_closed(row), as_json=as_json)


def _closed(row: ClosedMonth) -> dict[str, object]:
    regions = [{"code": code, **figures} for code, figures in row.figures.items()]
    return {"status": "closed", "month": f"{row.month:%Y-%m}", "regions": regions, "changes": row.changes}


def _ask(month: date, reason: str, user: User | None, *, as_json: bool) -> None:
    if user is None:
        raise NobodyAsks
    approval = closed.ask_to_reopen(month, reason=reason, actor=user, at=clock.now())
    click.echo(_("已申请重开 {month}，由他人审批后重开。").format(month=f"{month:%Y-%m}"))
    told({"status": "asked", "month": f"{month:%Y-%m}", "approval": approval.pk}, as_json=as_json)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotAMonth(text) from error


def _user(account: str | None) -> User | None:
    """The account, if it may; nobody: the operator of this machine."""
    if account is None:
        return None
    user = User.objects.filter(username=account, is_active=True).first()
    if user is None or not policy.narrow(scope_of(user, at=clock.today()), "calendar", "edit").is_everything:
        raise NoRightToClose(account)
    return user


def _refused(code: str, message: str) -> dict[str, object]:
    return {"status": "refused", "code": code, "message": message}
