from importlib import import_module

from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    name = "quyu.apps.performance"
    label = "performance"
    verbose_name = "业绩"

    def ready(self) -> None:
        """Make order lines importable."""
        import_module("quyu.apps.performance.imports")
