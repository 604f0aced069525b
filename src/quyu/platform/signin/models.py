"""What sign-in keeps: failures counted for the growing delay, sessions, and tokens of programs."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from quyu.platform.people.models import User


class FailureCount(models.Model):
    """Failed attempts of one account, address or device. The key is a keyed digest: no name is kept."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "登录失败计数"


class Session(AbstractBaseSession):
    """A signed-in browser, with what its owner needs to recognise it."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions", verbose_name="账号")
    started_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近活动", null=True)
    address = models.CharField("地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    class Meta:
        verbose_name = "会话"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: datetime) -> ApiTokenQuerySet:
        """Neither expired nor revoked."""
        return self.filter(Q(revoked_at__isnull=True), expires_at__gt=now)


class ApiToken(models.Model):
    """Lets a program act for a person, with that person's rights of the day. Only the digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name="账号")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField("开头", max_length=12)
    may_write = models.BooleanField("可写", default=False)
    created_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("到期时间")
    used_at = models.DateTimeField("最近使用", null=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "访问令牌"
        ordering: ClassVar = ["-created_at", "-pk"]
