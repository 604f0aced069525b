"""Messages to one account: inside the product, and the outbox of what goes out by mail or to a chat group."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext

from quyu.platform.notices.choices import Channel, Route, Sending, Topic


class Notice(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="收件人"
    )
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "通知"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["user", "read_at"], name="notice_unread")]


class MessageAddress(models.Model):
    """Where an account is sent messages beside the product: its mail address, or the robot of a chat group.

    `shown` is what pages say of it. The key of a robot lies only in `sealed`; `fingerprint` tells that two accounts
    named the same robot. Nothing but a code goes to an address before `confirmed_at`, nothing after `refused_at`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_addresses", verbose_name="账号"
    )
    channel = models.CharField("方式", max_length=10, choices=Channel.choices)
    route = models.CharField("服务", max_length=10, choices=Route.choices)
    shown = models.CharField("地址", max_length=254)
    sealed = models.TextField("机器人密钥", blank=True)
    fingerprint = models.CharField(max_length=64, db_index=True)
    takes_alerts = models.BooleanField("预警摘要", default=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    refused_at = models.DateTimeField("拒收时间", null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_made_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "接收地址"
        ordering: ClassVar = ["-channel"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "channel"], name="one_address_a_channel")
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()} {self.shown}"


class OutgoingMessage(models.Model):
    """One message to one address. What it says is written when it is sent; `payload` is emptied then.

    `queued_at` and `next_at` are moments of the real clock, whatever the business date is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="outgoing_messages", verbose_name="收件人"
    )
    address = models.ForeignKey(
        MessageAddress, models.SET_NULL, null=True, related_name="messages", verbose_name="接收地址"
    )
    route = models.CharField("服务", max_length=10, choices=Route.choices)
    topic = models.CharField("事由", max_length=10, choices=Topic.choices)
    payload = models.JSONField("内容", default=dict)
    number = models.UUIDField("编号", unique=True)
    state = models.CharField("状态", max_length=10, choices=Sending.choices, default=Sending.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    queued_at = models.DateTimeField("时间", db_default=Now())
    next_at = models.DateTimeField("下次发送", db_default=Now())
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.JSONField("原因", default=dict)

    class Meta:
        verbose_name = "外发消息"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_at"], name="outgoing_due"),
            models.Index(fields=["state", "ended_at"], name="outgoing_ended"),
        ]

    @property
    def why(self) -> str:
        """Why it did not arrive yet, or at all, in the reader's language."""
        told = self.error.get("template", "")
        return gettext(told).format(**self.error.get("numbers", {})) if told else ""
