from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已批准")
    SCHEDULED = "scheduled", _("待生效")
    PUBLISHED = "published", _("已发布")
    SUPERSEDED = "superseded", _("已替代")


class EditRule(models.TextChoices):
    """What happens above and beside an edited cell; children always follow."""

    PUSH_UP = "none", _("上级随之变化")
    KEEP_TOTAL = "total", _("上级不变，由同级分摊")


class Side(models.TextChoices):
    """Whose values stand after a merge."""

    SOURCE = "source", _("取并入方")
    TARGET = "target", _("取本版本")


class MilestoneSignal(models.TextChoices):
    """What is told about a milestone, each once."""

    HALF = "50", _("已完成 50%")
    MOST = "90", _("已完成 90%")
    REACHED = "100", _("已达到")
    NEAR = "near", _("临近")
    PASSED = "passed", _("已过期未达到")


class RuleKind(models.TextChoices):
    """What a rule does: bind a plan, set a target at planning time, be watched, bound the checks."""

    CONSTRAINT = "constraint", _("编制约束")
    TARGET = "target", _("目标")
    MONITORED = "monitored", _("监测")
    CHECK = "check", _("检查界限")


class RuleLevel(models.TextChoices):
    """At which nodes of the region tree a rule is asked."""

    WHOLE = "whole", _("全公司")
    REGION = "region", _("每个组织区域")
    TERRITORY = "territory", _("每个销售区域")


class DerivedKind(models.TextChoices):
    PROFIT = "profit", _("利润目标")
    NEW_PRODUCT = "new_product", _("新品目标")


class Direction(models.TextChoices):
    """Who speaks first in a round: the level above hands a number down, or the level below commits to one."""

    TOP_DOWN = "top_down", _("自上而下：先下达，再答复")
    BOTTOM_UP = "bottom_up", _("自下而上：先征集承诺")


class Handing(models.TextChoices):
    """How far a node of a round has come. Overdue is no state: it follows from the deadline."""

    WAITING = "waiting", _("未下达")
    NOT_STARTED = "not_started", _("未开始")
    WORKING = "working", _("进行中")
    SUBMITTED = "submitted", _("已提交")
    CONFIRMED = "confirmed", _("已确认")


class Answer(models.TextChoices):
    """What has been said about the number of a node."""

    PENDING = "pending", _("待答复")
    ACCEPTED = "accepted", _("已接受")
    COUNTERED = "countered", _("还价中")
    PROPOSED = "proposed", _("上级提议")
    AGREED = "agreed", _("已商定")
    DECLINED = "declined", _("维持下达")


class MoveKind(models.TextChoices):
    """One thing said about the number of a node."""

    ACCEPT = "accept", _("接受")
    COUNTER = "counter", _("还价")
    AGREE = "agree", _("同意还价")
    DECLINE = "decline", _("不同意")
    PROPOSE = "propose", _("提议")
    COMMENT = "comment", _("留言")


class LetterState(models.TextChoices):
    ISSUED = "issued", _("待接受")
    ACCEPTED = "accepted", _("已接受")
    CONTESTED = "contested", _("申请调整")
    REPLACED = "replaced", _("已被新责任书替代")


class Trigger(models.TextChoices):
    """Why a target in force may change at all."""

    MARKET = "market", _("市场变化")
    RIVAL = "rival", _("竞品动作")
    POLICY = "policy", _("政策变化")
    RESOURCES = "resources", _("资源变化")
    DIFFICULTY = "difficulty", _("目标过难或过易")


class ChangeState(models.TextChoices):
    COLLECTING = "collecting", _("收集与分析")
    SUBMITTED = "submitted", _("待审批")
    APPLIED = "applied", _("已生效")
    CLOSED = "closed", _("已关闭")


class ChangeSource(models.TextChoices):
    PERSON = "person", _("人工提出")
    RULE = "rule", _("数据规则")
    LETTER = "letter", _("责任书申请")
