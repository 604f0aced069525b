from importlib import import_module

from django.apps import AppConfig


class GeographyConfig(AppConfig):
    name = "quyu.platform.geography"
    label = "geography"
    verbose_name = "地理"

    def ready(self) -> None:
        """Make lists of code changes importable."""
        import_module("quyu.platform.geography.codes.imports")
