"""What should I do next: each source answers with the tasks it has for this account."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.division import alarm, together
from quyu.apps.customers.models import Customer, CustomerTerritory
from quyu.apps.drift.models import DriftAlarm
from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models import CardTask
from quyu.apps.monitoring.selectors import cards, given, inbox
from quyu.apps.monitoring.selectors.waiting import waiting
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.selectors.milestones import milestones_of
from quyu.apps.targets.selectors.negotiating import has_to_act, waiting_for
from quyu.apps.targets.selectors.standing_work import standing_work
from quyu.apps.territories import selectors as territories
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment
from quyu.platform.approvals import selectors as approvals
from quyu.platform.calendar.models import CalendarDay
from quyu.platform.geography.codes.waiting import come_due
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.notices import outbox
from quyu.platform.people import guard
from quyu.platform.people.choices import Role
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import Assignment, Person, in_force
from quyu.shell import clock
from quyu.shell.backup import making
from quyu.shell.navigation import url_of

SHOWN_EACH = 3
CALENDAR_MONTH = 10
"""From this month on the holidays of next year are published."""


@dataclass(frozen=True)
class Task:
    """One thing to do; `kind` is a state of `ui.badge` (info, warning, danger), `url` leads to the place."""

    text: str
    detail: str
    url: str
    kind: str = "info"


Source = Callable[[GuardedRequest], Iterable[Task]]


def approvals_waiting(request: GuardedRequest) -> Iterator[Task]:
    """Requests that wait for my decision, the oldest first."""
    if not guard.may(request, "approval", "approve"):
        return
    waiting = approvals.waiting_for(guard.full_scope(request)).select_related("submitted_by")
    for approval in waiting[:SHOWN_EACH]:
        who = approval.submitted_by.first_name or approval.submitted_by.username
        detail = _("{who} 提交于 {day:%Y-%m-%d}").format(who=who, day=approval.submitted_at)
        url = reverse("approval", args=[approval.pk])
        yield Task(_("审批：{label}").format(label=approval.subject_label), detail, url, "warning")


def targets_handed_down(request: GuardedRequest) -> Iterator[Task]:
    """Targets handed down that I owe an answer to, and counter-offers that wait for my decision."""
    if not guard.may(request, "commitment", "edit"):
        return
    scope = guard.check(request, "commitment", "edit")
    for item in waiting_for(scope, today=request.today):
        due_on = item.handover.round.due_on
        url = reverse("negotiation", args=[item.handover.pk])
        if not item.is_own:
            yield Task(
                _("决定还价：{name}").format(name=item.name), item.handover.round.title, url, "warning"
            )
        elif has_to_act(item.handover, item.axes):
            is_late = request.today > due_on
            detail = (_("已逾期，截止 {day}") if is_late else _("截止 {day}")).format(day=due_on)
            yield Task(
                _("答复目标：{name}").format(name=item.name), detail, url, "danger" if is_late else "warning"
            )


def failed_imports(request: GuardedRequest) -> Iterator[Task]:
    """My imports that were refused, broke off or wait for confirmation; only the latest."""
    if not guard.may(request, "import", "view"):
        return
    open_states = (ImportState.REJECTED, ImportState.FAILED, ImportState.PREVIEWED)
    run = ImportRun.objects.filter(created_by=request.user).select_related("file").order_by("-pk").first()
    if run is None or run.state not in open_states:
        return
    detail = _("{count} 处错误").format(count=run.error_count) if run.error_count else run.get_state_display()
    kind = "warning" if run.state == ImportState.PREVIEWED else "danger"
    url = reverse("import-run", args=[run.pk])
    yield Task(_("处理导入：{name}").format(name=run.file.name), detail, url, kind)


def drafts(request: GuardedRequest) -> Iterator[Task]:
    """Target versions and alignments that wait to be finished and submitted."""
    if guard.may(request, "plan", "submit"):
        scope = guard.check(request, "plan", "submit")
        versions = targets.visible_versions(scope).filter(state=VersionState.DRAFT)
        for version in versions.order_by("-plan__year", "-pk")[:SHOWN_EACH]:
            url = reverse("target-version", args=[version.pk])
            what = _("完成并提交目标：{label}") if scope.is_everything else _("看看自己的目标草稿：{label}")
            measure = _(METRICS[version.plan.measure].name)
            label = _("{version}（{measure}）").format(version=version, measure=measure)
            yield Task(what.format(label=label), _("草稿"), url)
    if guard.may(request, "alignment", "create"):
        for alignment in Alignment.objects.filter(state=AlignmentState.DRAFT).order_by("-pk")[:SHOWN_EACH]:
            url = reverse("alignment", args=[alignment.pk])
            yield Task(_("完成并提交区域方案：{label}").format(label=alignment), _("草稿"), url)


def ownerless_territories(request: GuardedRequest) -> Iterator[Task]:
    """Territories for which no position is accountable from today on, as many as the page of coverage says."""
    if not guard.may(request, "territory", "edit"):
        return
    at, scope = request.today, guard.check(request, "territory", "edit")
    count = territories.unowned_count(first=at, scope=scope, at=at)
    if count:
        text = _("给 {count} 个销售区域指定负责岗位").format(count=count)
        yield Task(text, _("无人负责的区域没有人对目标负责"), url_of("territory-coverage"), "warning")


def uncovered_customers(request: GuardedRequest) -> Iterator[Task]:
    """Days to come on which customers have nobody, or two, the next day first."""
    if not guard.may(request, "claim", "view"):
        return
    rows = alarm.seen_by(guard.check(request, "claim", "view"), request.today)
    for row in rows[:SHOWN_EACH]:
        text = str(alarm.said(row, row.territory_name))
        detail = _("{day} 发现；看缺口和怎么补").format(day=timezone.localtime(row.raised_at).date())
        is_now = row.first_day <= request.today
        yield Task(text, detail, url_of("customer-coverage"), "danger" if is_now else "warning")


def drifting_units(request: GuardedRequest) -> Iterator[Task]:
    """Org units I manage whose territories have gone out of balance."""
    if not guard.may(request, "alignment", "edit"):
        return
    scope = guard.check(request, "alignment", "edit")
    alarms = DriftAlarm.objects.filter(cleared_at=None).select_related("org_unit").order_by("since", "pk")
    mine = [row for row in alarms if scope.is_everything or row.org_unit_id in scope.org_unit_ids]
    if mine:
        names = "、".join(dict.fromkeys(row.org_unit.name for row in mine[:SHOWN_EACH]))
        text = _("看看失衡的区域：{count} 处预警").format(count=len(mine))
        yield Task(text, names, url_of("territory-drift"), "warning")


def territories_to_publish(request: GuardedRequest) -> Iterator[Task]:
    """Changes of codes whose day has come, and rules of a split that their map has left behind."""
    if not guard.may(request, "alignment", "publish"):
        return
    if not guard.check(request, "alignment", "publish").is_everything:
        return
    count = come_due(request.today)
    if count:
        text = _("执行 {count} 行区划变更").format(count=count)
        yield Task(text, _("变更日期已到；先看影响，再执行"), url_of("code-changes"), "warning")
    behind = together.left_behind().values_list("pk", "name", "state", "alignment__name")
    for pk, label, state, name in behind[:SHOWN_EACH]:
        detail = _("方案“{name}”已批准或已定生效日，规则还是“{state}”").format(
            name=name, state=AlignmentState(state).label
        )
        url = reverse("rule-set", args=[pk])
        yield Task(_("让拆分单元的规则跟上：{label}").format(label=label), detail, url, "warning")


def unplaced_customers(request: GuardedRequest) -> Iterator[Task]:
    """Open customers that are neither on the map nor given to a territory."""
    if not guard.may(request, "customer", "import"):
        return
    if not guard.check(request, "customer", "import").is_everything:
        return
    ruled = CustomerTerritory.objects.in_force(request.today).filter(product_line=None).values("customer")
    adrift = Customer.objects.filter(unit=None, territory_override=None, closed_on=None).exclude(pk__in=ruled)
    count = adrift.count()
    if count:
        text = _("给 {count} 个客户补上所在地").format(count=count)
        yield Task(text, _("没有所在地的客户，业绩记为未归属"), url_of("customer-list") + "?unit__isnull=1")


def accounts_to_open(request: GuardedRequest) -> Iterator[Task]:
    """People who sit on a seat today and cannot sign in."""
    if not guard.may(request, "user", "create"):
        return
    seated = Assignment.objects.filter(in_force(request.today)).values("person")
    count = Person.objects.filter(pk__in=seated, user=None, left_on=None).count()
    if count:
        text = _("给 {count} 位在岗人员开通账号").format(count=count)
        yield Task(text, _("没有账号的人看不到自己的目标和业绩"), url_of("user-list"))


def next_calendar(request: GuardedRequest) -> Iterator[Task]:
    """The holidays of next year, from the autumn on: without them the pace of next year is wrong."""
    year = request.today.year + 1
    if request.today.month < CALENDAR_MONTH or not guard.may(request, "calendar", "import"):
        return
    if not CalendarDay.objects.filter(day__year=year, is_provisional=False).exists():
        url = reverse("import-new") + "?kind=calendarday" if guard.may(request, "import", "create") else ""
        text = _("录入 {year} 年的放假和调休").format(year=year)
        yield Task(text, _("没有它，明年的工作日进度按普通周末计算"), url or url_of("calendarday-list"))


def milestones_to_reach(request: GuardedRequest) -> Iterator[Task]:
    """My milestones that are not reached, the next date first."""
    if not guard.may(request, "milestone", "view"):
        return
    for one in milestones_of(request.user, today=request.today)[:SHOWN_EACH]:
        due = one.milestone.due_on
        state = one.state(request.today)
        text = _("里程碑：{name}").format(name=one.milestone.name)
        detail = _("{day} 前 {value}，实绩 {reached}").format(
            day=due, value=one.value_said, reached=one.reached_said
        )
        yield Task(text, detail, reverse("target-milestones", args=[one.version_pk]), state)


def standing_duties(request: GuardedRequest) -> Iterator[Task]:
    """What administrators and dealers come for; their home has no figures."""
    roles = guard.full_scope(request).roles
    for role, view, text, detail in (
        (Role.SYSTEM_ADMIN, "user-list", _("管理账号"), _("开通、重置密码、停用；角色由安全管理员授予")),
        (Role.SYSTEM_ADMIN, "calendarday-list", _("维护工作日历"), _("放假和调休，影响工作日进度")),
        (Role.SECURITY_ADMIN, "user-list", _("授予和收回角色"), _("看每个账号现在有哪些权限")),
        (Role.AUDIT_ADMIN, "audit-verify", _("核验审计记录"), _("逐日核对，指出任何改动的位置")),
        (Role.DEALER, "customer-list", _("查看我的门店和订单"), _("与您的账号关联的客户及其订单")),
    ):
        if role in roles and (url := url_of(view)):
            yield Task(text, detail, url)


def old_backup(request: GuardedRequest) -> Iterator[Task]:
    """The last backup of this site is too old, or there is none; for who runs the system."""
    if Role.SYSTEM_ADMIN not in guard.full_scope(request).roles:
        return
    made = making.last_made()
    if made is None:
        yield Task(_("还没有备份"), _("请安排每天运行 quyu backup"), "", "danger")
        return
    days = (clock.instant() - made).days
    if days >= settings.BACKUP_WARNING_DAYS:
        detail = _("上次备份 {at:%Y-%m-%d %H:%M}").format(at=timezone.localtime(made))
        yield Task(_("备份已经 {days} 天没有更新").format(days=days), detail, "", "danger")


def undelivered_messages(request: GuardedRequest) -> Iterator[Task]:
    """Mails and messages to groups that were given up; for who runs the system."""
    if not outbox.channels() or Role.SYSTEM_ADMIN not in guard.full_scope(request).roles:
        return
    count = len(outbox.failed())
    if count:
        text = _("有 {count} 条消息没有送达").format(count=count)
        detail = _("看原因：地址、邮件服务器或群机器人")
        yield Task(text, detail, reverse("messages-undelivered"), "warning")


def alerts_to_act_on(request: GuardedRequest) -> Iterator[Task]:
    """Alerts that my seat is to deal with, or that were escalated to it, gravest first."""
    if not guard.may(request, "alert", "edit"):
        return
    seats = guard.check(request, "alert", "edit").position_ids
    rows = inbox.to_act_on(seats, request.today)
    for row in rows[:SHOWN_EACH]:
        is_late = row.is_late(request.today)
        detail = (_("已逾期，截止 {day}") if is_late else _("截止 {day}")).format(day=row.due_on)
        kind = "danger" if is_late or row.rule.severity == "high" else "warning"
        url = reverse("alert", args=[row.pk])
        yield Task(_("预警：{node} {rule}").format(node=row.node_name, rule=row.rule.name), detail, url, kind)
    if len(rows) > SHOWN_EACH:
        text = _("还有 {count} 条预警等您处理").format(count=len(rows) - SHOWN_EACH)
        yield Task(text, _("到预警页看全部"), url_of("alerts"), "warning")


def given_to_me(request: GuardedRequest) -> Iterator[Task]:
    """Decisions of meetings and tasks of cards that my seats are to carry out, the next date first."""
    rows = given.of_seats(guard.full_scope(request).position_ids, request.today)
    waiting_rows = [row for row in rows if row.state == PromiseState.OPEN]
    for row in waiting_rows[:SHOWN_EACH]:
        is_late = row.is_late(request.today)
        detail = (_("已逾期，截止 {day}") if is_late else _("截止 {day}")).format(day=row.due_on)
        told = _("PDCA 任务：{text}") if isinstance(row, CardTask) else _("会议决定：{text}")
        yield Task(told.format(text=row.text), detail, row.page, "danger" if is_late else "warning")
    if len(waiting_rows) > SHOWN_EACH:
        text = _("还有 {count} 件交给您的事").format(count=len(waiting_rows) - SHOWN_EACH)
        yield Task(text, _("到“交给我的”看全部"), reverse("given"), "warning")


def cards_of_mine(request: GuardedRequest) -> Iterator[Task]:
    """Cards whose next step is my seat's."""
    if not guard.may(request, "alert", "edit"):
        return
    for card in cards.to_work_on(guard.full_scope(request).position_ids, request.today)[:SHOWN_EACH]:
        text = _("PDCA 卡：{node} {problem}").format(node=card.node_name, problem=card.problem)
        planning = _("写计划，截止 {day}").format(day=card.plan_by)
        detail = planning if card.state == "plan" else _("已检查，写下经验")
        kind = "danger" if card.is_late(request.today) else "warning"
        yield Task(text, detail, reverse("card", args=[card.pk]), kind)


def monitoring_of_mine(request: GuardedRequest) -> Iterator[Task]:
    """What alerts, meetings and cards ask of my seats; one question tells whether there is any."""
    found = waiting(request.user, guard.full_scope(request).position_ids)
    if found.alerts:
        yield from alerts_to_act_on(request)
    if found.given:
        yield from given_to_me(request)
    if found.cards:
        yield from cards_of_mine(request)


def targets_of_mine(request: GuardedRequest) -> Iterator[Task]:
    """What rounds and milestones ask of me; one question tells whether there is any."""
    work = standing_work(request.user, today=request.today)
    if work.rounds:
        yield from targets_handed_down(request)
    if work.milestones:
        yield from milestones_to_reach(request)


SOURCES: tuple[Source, ...] = (
    approvals_waiting,
    monitoring_of_mine,
    targets_of_mine,
    failed_imports,
    drafts,
    ownerless_territories,
    uncovered_customers,
    drifting_units,
    territories_to_publish,
    unplaced_customers,
    old_backup,
    undelivered_messages,
    accounts_to_open,
    next_calendar,
    standing_duties,
)


def tasks_for(request: GuardedRequest) -> list[Task]:
    """All tasks of this account, in the order of the sources."""
    return [task for source in SOURCES for task in source(request)]


def first_steps(request: GuardedRequest) -> list[Task]:
    """The way from an empty company to a published target, as far as this account may go it."""
    steps = (
        ("import", "import", "imports", _("导入订单"), _("按您现有的表格上传，列名会自动识别")),
        (
            "alignment",
            "create",
            "territories",
            _("划分销售区域"),
            _("系统按业绩均衡、紧凑地划分，可在地图上调整"),
        ),
        ("plan", "create", "targets", _("编制并分解目标"), _("从历史基线出发，逐级分解，分文不差")),
    )
    return [
        Task(text, detail, url_of(view))
        for resource, action, view, text, detail in steps
        if guard.may(request, resource, action)
    ]
