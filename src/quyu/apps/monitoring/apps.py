from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "quyu.apps.monitoring"
    label = "monitoring"
    verbose_name = "监控"

    def ready(self) -> None:
        """Say on the page of a rule what it means."""
        import_module("quyu.apps.monitoring.panels")
