"""Questions people keep: a page with what it was asked for, never a figure. The opener sees what he may see that day."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.reports.choices import Form, Rhythm
from quyu.platform.audit.models import EditableRow
from quyu.platform.notices.choices import Channel


class SavedView(EditableRow):
    """A question under a name. `question`: parameter -> value; `moves`: its periods lie as far from the day it is
    opened as they lay from `saved_on`."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="保存人"
    )
    name = models.CharField("名称", max_length=60)
    page = models.CharField("页面", max_length=20)
    question = models.JSONField("条件", default=dict)
    moves = models.BooleanField("期间随时间走", default=False)
    saved_on = models.DateField("保存日")
    is_shared = models.BooleanField("同事可打开", default=False)

    class Meta:
        verbose_name = "保存的视图"
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A view that somebody is sent; ended by deleting the row. `sent_for`: the due day it was last sent for.

    A notice always comes; a mail and a message to the group only where asked for.
    """

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="subscriptions", verbose_name="视图")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions", verbose_name="订阅人"
    )
    rhythm = models.CharField("频率", max_length=10, choices=Rhythm.choices)
    started_on = models.DateField("订阅日")
    sent_for = models.DateField("上次发送", null=True, blank=True)
    by_mail = models.BooleanField("发邮件", default=False)
    by_bot = models.BooleanField("发到群", default=False)
    form = models.CharField("附件", max_length=10, choices=Form.choices, default=Form.LINK)

    class Meta:
        verbose_name = "订阅"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["view", "user"], name="subscription_once")]

    def __str__(self) -> str:
        return str(self.view)

    @property
    def channels(self) -> list[str]:
        """The ways it goes out beside the notice."""
        chosen = ((Channel.MAIL, self.by_mail), (Channel.BOT, self.by_bot))
        return [channel.value for channel, is_chosen in chosen if is_chosen]


class SharedLink(models.Model):
    """The address of a board as known at the end of a day; ended by deleting the row."""

    token = models.CharField("地址", max_length=32, unique=True)
    sharer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="shared_links", verbose_name="分享人"
    )
    question = models.JSONField("条件", default=dict)
    known_on = models.DateField("截至某日所知")
    target = models.CharField("目标版本", max_length=200, blank=True)
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "分享链接"
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.question.get('region', '')} {self.question.get('period', '')} {self.known_on}"
