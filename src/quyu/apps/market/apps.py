from importlib import import_module

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "quyu.apps.market"
    label = "market"
    verbose_name = "市场"

    def ready(self) -> None:
        """Make market data importable, and let them follow changes of codes."""
        import_module("quyu.apps.market.imports")
        follower = import_module("quyu.apps.market.services.recoding").MarketFollower()
        import_module("quyu.platform.geography.codes.followers").register(follower)
