"""Words that are kept about messages sent beside the product."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The ways out."""

    MAIL = "mail", _("邮件")
    BOT = "bot", _("群机器人")


class Route(models.TextChoices):
    """Whose server takes a message."""

    MAIL = "mail", _("邮件")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    FEISHU = "feishu", _("飞书")


class Topic(models.TextChoices):
    """What a message is about."""

    CODE = "code", _("验证码")
    ALERT = "alert", _("预警摘要")
    REPORT = "report", _("订阅的视图")


class Sending(models.TextChoices):
    """How far a message has got."""

    WAITING = "waiting", _("等待发送")
    SENT = "sent", _("已发出")
    FAILED = "failed", _("没有送达")
