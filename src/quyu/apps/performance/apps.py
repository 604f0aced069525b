from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    name = "quyu.apps.performance"
    label = "performance"
    verbose_name = "业绩"
