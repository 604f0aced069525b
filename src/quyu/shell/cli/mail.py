"""`quyu mail`: whether mail and robots are set up, a test message at once, and what was not delivered."""

import json
import uuid

import click
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from quyu.platform.notices import mailing, outbox
from quyu.platform.notices.addresses import NotAnAddress
from quyu.platform.notices.letters import Letter
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations

SHOWN = 20


@click.command(
    cls=Command,
    help=_("邮件和群机器人：写地址就立即发一封测试邮件并说明结果；不写则显示设置和没有送达的消息。"),
)
@click.argument("address", metavar=_("地址"), required=False)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def mail(address: str | None, as_json: bool) -> None:
    if address:
        _test(address)
        if as_json:
            click.echo(json.dumps({"sent": address}))
        return
    apply_migrations()
    click.echo(_setting())
    robots = sorted(settings.BOT_ROUTES)
    click.echo(_("群机器人：{services}").format(services=", ".join(robots) or _("没有开通")))
    rows = outbox.failed()
    click.echo(_("没有送达的消息：{count}").format(count=len(rows)))
    for row in rows[:SHOWN]:
        when = timezone.localtime(row.ended_at).strftime("%Y-%m-%d %H:%M") if row.ended_at else ""
        why = _(row.error.get("template", "")).format(**row.error.get("numbers", {}))
        click.echo(f"{when}  {row.user.get_username()}  {row.route}  {row.topic}  {why}")
    if as_json:
        click.echo(json.dumps({"mail": settings.MAIL_ON, "robots": robots, "failed": len(rows)}))


def _setting() -> str:
    if settings.MAIL_ON:
        told = _("邮件：{host}:{port}，发件人 {sender}，链接指向 {site}")
        return told.format(
            host=settings.EMAIL_HOST,
            port=settings.EMAIL_PORT,
            sender=settings.DEFAULT_FROM_EMAIL,
            site=settings.SITE_ADDRESS,
        )
    return _("邮件没有开通，还缺：{names}").format(names=", ".join(_missing()))


def _missing() -> list[str]:
    given = {
        "QUYU_ADDRESS": settings.SITE_ADDRESS,
        "QUYU_MAIL_HOST": settings.EMAIL_HOST,
        "QUYU_MAIL_FROM": settings.DEFAULT_FROM_EMAIL,
    }
    return [name for name, value in given.items() if not value]


def _test(address: str) -> None:
    """Send at once, past the outbox. Raises Undelivered."""
    if not settings.MAIL_ON:
        raise click.ClickException(_setting())
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnAddress(address) from error
    text = _("收到这封邮件，说明本站的邮件设置是好的。")
    mailing.send(Letter(_("Quyu 测试邮件"), text, "/"), to=address, number=uuid.uuid4())
    said = _("服务器 {host} 已收下发给 {address} 的测试邮件。没收到时请看垃圾邮件箱。")
    click.echo(said.format(host=settings.EMAIL_HOST, address=address))
