from importlib import import_module

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "quyu.apps.market"
    label = "market"
    verbose_name = "市场"

    def ready(self) -> None:
        """Make market data importable."""
        import_module("quyu.apps.market.imports")
