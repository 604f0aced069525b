from django.db import models
from django.utils.translation import gettext_lazy as _


class AlignmentState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已批准")
    ACTIVE = "active", _("生效")
    RETIRED = "retired", _("已停用")


class UnitPart(models.TextChoices):
    """How a unit takes part in an alignment."""

    BASE = "base", _("基本单元")
    FINER = "finer", _("随基本单元")
    COARSER = "coarser", _("上级单元")


class FigureMeasure(models.TextChoices):
    """What can be balanced between territories."""

    AMOUNT = "amount", _("近 12 个月销售额")
    CUSTOMERS = "customers", _("客户数")
    WORKLOAD = "workload", _("拜访工作量")


class Grade(models.TextChoices):
    """How experienced a person is."""

    JUNIOR = "junior", _("初级")
    MIDDLE = "middle", _("中级")
    SENIOR = "senior", _("高级")


class EditKind(models.TextChoices):
    """A step of the work on a draft."""

    MOVE = "move", _("移动")
    PLACE = "place", _("补入")
    LOCK = "lock", _("锁定")
    UNLOCK = "unlock", _("解除锁定")
    UNDO = "undo", _("撤销")
    REDO = "redo", _("重做")
    RECODE = "recode", _("区划变更")
