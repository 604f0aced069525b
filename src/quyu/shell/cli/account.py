"""`quyu account`: an account with its roles, from the machine itself; how the first administrator comes in."""

import click
from django.db import transaction

from quyu.apps.performance.derive import HEAD_OFFICE
from quyu.kernel.refusal import Refusal
from quyu.platform.people import accounts
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import OrgUnit, Person, User
from quyu.shell import clock
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations


class UnknownPlace(Refusal):
    """The command names a person, an org unit or an account that does not exist."""


@click.command(cls=Command, help=_("开通账号并授予角色；初始密码只显示一次，登录后请修改。"))
@click.argument("username", metavar=_("用户名"))
@click.option(
    "--role",
    "roles",
    type=click.Choice(Role.values),
    multiple=True,
    help=_("角色，可给多个；系统、安全、审计三种管理员须是不同的账号。"),
)
@click.option("--reset", "is_reset", is_flag=True, help=_("重置已有账号的密码（管理员账号只能在这里重置）。"))
@click.option("--org-unit", "unit_code", help=_("角色管到的组织（编码）；默认总部，即全公司。"))
@click.option("--person", "person_code", help=_("账号属于哪位人员（工号）。"))
@click.option("--name", default="", help=_("姓名；给出 --person 时取人员姓名。"))
def account(
    username: str,
    roles: tuple[str, ...],
    unit_code: str | None,
    person_code: str | None,
    name: str,
    is_reset: bool,
) -> None:
    apply_migrations()
    if is_reset:
        password = accounts.reset_password(user=known(username), actor=None, at=clock.now())
        click.echo(_("账号 {username} 的新密码：{password}").format(username=username, password=password))
        return
    if not roles:
        raise click.UsageError(_("请用 --role 给出角色。"))
    with transaction.atomic():
        password = open_with_roles(username, roles, unit_code, person_code, name)
    click.echo(_("账号 {username} 已开通，初始密码：{password}").format(username=username, password=password))


def known(username: str) -> User:
    """The account of this name."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise UnknownPlace("unknown_account", "没有账号 {username}。", username=username)
    return found


def open_with_roles(
    username: str, roles: tuple[str, ...], unit_code: str | None, person_code: str | None, name: str
) -> str:
    """Opens the account and grants the roles from today on; returns the first password."""
    unit = org_unit(unit_code)
    person = Person.objects.filter(code=person_code).first() if person_code else None
    if person_code and person is None:
        raise UnknownPlace("unknown_person_code", "没有工号为 {person} 的人员。", person=person_code)
    user, password = accounts.open_account(
        username=username, name=name or username, person=person, actor=None, at=clock.now()
    )
    for role in roles:
        accounts.grant(
            user=user, role=Role(role), org_unit=unit, valid_from=clock.today(), actor=None, at=clock.now()
        )
    return password


def org_unit(code: str | None) -> OrgUnit:
    """The unit of this code; the head office without one, made when the company has none yet."""
    if code:
        found = OrgUnit.objects.filter(code=code).first()
        if found is None:
            raise UnknownPlace("unknown_org_unit", "没有编码为 {unit} 的组织。", unit=code)
        return found
    head = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk").first()
    if head is None:
        head = OrgUnit.objects.create(code=HEAD_OFFICE[0], name=HEAD_OFFICE[1], kind=OrgKind.HEAD_OFFICE)
        people.rebuild_closure()
    return head
