from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitLevel(models.TextChoices):
    PROVINCE = "province", _("省级")
    CITY = "city", _("地级")
    COUNTY = "county", _("县级")
    OTHER = "other", _("其他")


class CodeChangeKind(models.TextChoices):
    """What happened to an area whose code changed."""

    RENAMED = "renamed", _("更名或换码")
    UPGRADED = "upgraded", _("撤县设市、设区")
    MERGED = "merged", _("合并")
    SPLIT = "split", _("拆分")


class MarketMeasure(models.TextChoices):
    """What is known of a unit's market. Money is kept in fen, counts in thousandths."""

    POPULATION = "population", _("人口")
    HOUSEHOLDS = "households", _("户数")
    OUTLETS = "outlets", _("终端数")
    GDP = "gdp", _("地区生产总值")
    RETAIL = "retail", _("社会消费品零售总额")
    INCOME = "income", _("人均可支配收入")
    POTENTIAL = "potential", _("市场潜力")


class UploadState(models.TextChoices):
    """A file of boundaries on its way."""

    CHECKING = "checking", _("检查中")
    READY = "ready", _("待确认")
    LOADING = "loading", _("替换中")
    DONE = "done", _("已替换")
    REFUSED = "refused", _("不能用")
    DROPPED = "dropped", _("已放弃")
