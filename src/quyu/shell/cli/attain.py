"""`quyu attain`: where a period stands, in rows: the same numbers as the pages."""

import json
from pathlib import Path

import click
from django.utils import translation

from quyu.analytics.metrics import METRICS
from quyu.apps.performance import services
from quyu.apps.performance.selectors import by_basis
from quyu.apps.performance.selectors.attain import Asked, UnknownMetric
from quyu.apps.performance.selectors.attain import attain as answered
from quyu.apps.performance.selectors.keys import parse_keys
from quyu.apps.performance.selectors.past_day import past_day
from quyu.apps.performance.selectors.rows import Table
from quyu.apps.performance.unknown import WHY
from quyu.apps.targets.models import PlanVersion
from quyu.kernel.refusal import Refusal
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, everything, scope_of
from quyu.shell import clock
from quyu.shell.cli.alignment.plan_file import write_whole
from quyu.shell.cli.allocation.answer import refused_line
from quyu.shell.cli.allocation.result_file import refuse_target
from quyu.shell.cli.attaining.answer import Answer
from quyu.shell.cli.attaining.target_file import read_targets
from quyu.shell.cli.closing import closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.site import apply_migrations

RESOURCE, ACTION = "actual", "view"
FILE = click.Path(path_type=Path)


class TwoReadings(Refusal):
    """Two options that exclude each other."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__("two_readings", "{one} 与 {other} 只能用一个。", one=one, other=other)


class NotAnAccount(Refusal):
    """No account of that name may see figures."""

    def __init__(self, name: str) -> None:
        super().__init__("not_an_account", "没有账号 {name}，或它无权查看业绩。", name=name)


@click.command(
    cls=Command, help=_("业绩：目标、实绩、达成率、对进度、同比，按区域、月份等分行；与页面同数。")
)
@click.option("--period", required=True, help=_("期间：2026、2026Q2 或 2026-04。"))
@click.option(
    "--by",
    default="",
    help=_("分行：region、territory、month、quarter、product_line、channel、person，逗号分隔。"),
)
@click.option("--metric", default="amount", help=_("指标的 id，默认 amount（销售额）。"))
@click.option(
    "--basis",
    type=click.Choice(by_basis.BASES),
    default="order",
    help=_("口径：order 按下单（默认）、delivery 按发货、cash 按回款。"),
)
@click.option("--as-was", is_flag=True, help=_("按当时归属（默认）。"))
@click.option("--restated", is_flag=True, help=_("按今天归属重述。"))
@click.option("--as-of", help=_("那一天日终的报表，如 2026-06-15。"))
@click.option(
    "--compare", default="", metavar="PERIOD", help=_("另一个同样长的期间，如 2026Q1：并列它的实绩和变化。")
)
@click.option("--region", default="", help=_("只看这个区域（编码或名称）及其下级。"))
@click.option("--level", type=click.IntRange(0, 20), help=_("区域行在所看区域下第几级，默认 1。"))
@click.option(
    "--targets", "targets_file", type=FILE, help=_("没有发布目标时：region、month、target 的 CSV，以元计。")
)
@click.option("--as", "account", help=_("以哪个账号的权限查看；默认全部。"))
@click.option("--out", type=FILE, help=_("另写成 CSV 文件，以分和基点计。"))
@click.option("--json", "as_json", is_flag=True, help=_("输出一个 JSON，以分和基点计。"))
def attain(
    period: str,
    by: str,
    metric: str,
    basis: by_basis.Basis,
    as_was: bool,
    restated: bool,
    as_of: str | None,
    compare: str,
    region: str,
    level: int | None,
    targets_file: Path | None,
    account: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    with closed_by(refused_line, as_json=as_json), translation.override(LANGUAGE):
        apply_migrations()
        _refuse_pairs(("--as-was", as_was), ("--restated", restated), ("--as-of", bool(as_of)))
        if out:
            refuse_target(out, (targets_file,) if targets_file else ())
        today = clock.today()
        known_on = past_day(as_of, today) if as_of else None
        services.catch_up()
        if restated:
            services.restate(today=today)
        if metric not in METRICS:
            raise UnknownMetric(metric)
        asked = Asked(
            period=period,
            by=parse_keys(by),
            metric=metric,
            source=by_basis.basis(basis, today=today, is_restated=restated, as_of=known_on),
            known_on=known_on,
            region=region,
            level=level,
            compare=compare,
            given=read_targets(targets_file, METRICS[metric]) if targets_file else None,
        )
        found = answered(asked, account_scope(account), today=today)
        plan = targets_file.name if targets_file else str(found.frame.version or "")
        reading = "restated" if restated else "was"
        answer = Answer(
            found, basis, reading, known_on, plan, tuple(_notes(found, has_file=bool(targets_file)))
        )
        if out:
            write_whole(out, answer.to_csv())
        click.echo(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else "\n".join(answer.told()))


def _refuse_pairs(*options: tuple[str, bool]) -> None:
    given = [name for name, is_given in options if is_given]
    if len(given) > 1:
        raise TwoReadings(*given[:2])


def account_scope(account: str | None) -> Scope:
    """What an account may see of figures; everything without one. Raises NotAnAccount."""
    if account is None:
        return everything()
    user = User.objects.filter(username=account, is_active=True).first()
    whole = scope_of(user, at=clock.today()) if user else None
    if whole is None or not policy.allows(whole, RESOURCE, ACTION):
        raise NotAnAccount(account)
    return policy.narrow(whole, RESOURCE, ACTION)


def _notes(found: Table, *, has_file: bool) -> list[str]:
    """Why a column is empty, and what to do about it."""
    notes, year = [found.pair.said] if found.pair else [], found.frame.axes.year
    if found.pair and found.metric.has_facts and found.whole.other is None and not found.whole.is_rate:
        notes.append(_("这种口径只有整月的产品线合计，月份没过完时不能比。"))
    if found.frame.version is None and not has_file:
        versions = PlanVersion.objects.filter(plan__year=year, plan__measure=found.metric.id)
        drafts = versions.count()
        if drafts:
            notes.append(
                _("{year} 年有 {count} 个未发布的目标版本；发布后才与实绩相比。").format(
                    year=year, count=drafts
                )
            )
        else:
            notes.append(_("{year} 年没有“{metric}”的目标。").format(year=year, metric=found.metric.name))
    if not found.metric.has_facts:
        notes.append(_("“{metric}”还没有实绩数据来源。").format(metric=found.metric.name))
    elif found.span.last_day is None:
        notes.append(_("期间内还没有任何实绩。"))
    if found.whole.actual is None and found.metric.id in WHY:
        notes.append(str(WHY[found.metric.id]))
    if "channel" in found.by and found.frame.version is not None:
        notes.append(_("目标不按渠道相比。"))
    if found.metric.has_facts and found.whole.before is None and not found.whole.is_rate:
        notes.append(_("当月未完，上年同期按产品线分不出到今天的部分，不算同比。"))
    if found.span.is_provisional:
        notes.append(_("节假日尚未公布，工作日为暂定。"))
    if not found.metric.is_additive and found.by:
        notes.append(_("这个指标每行单独计算，各行相加不等于合计。"))
    return notes
