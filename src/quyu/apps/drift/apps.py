from django.apps import AppConfig


class DriftConfig(AppConfig):
    name = "quyu.apps.drift"
    label = "drift"
    verbose_name = "失衡预警"
