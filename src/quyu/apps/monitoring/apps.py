from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "quyu.apps.monitoring"
    label = "monitoring"
    verbose_name = "监控"
