from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "quyu.platform.notices"
    label = "notices"
    verbose_name = "通知"
