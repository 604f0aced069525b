from importlib import import_module

from django.apps import AppConfig


class PerformanceConfig(AppConfig):
    name = "quyu.apps.performance"
    label = "performance"
    verbose_name = "业绩"

    def ready(self) -> None:
        """Make order lines importable, show them on other pages, and follow changes of ownership."""
        import_module("quyu.apps.performance.imports")
        import_module("quyu.apps.performance.return_imports")
        import_module("quyu.apps.performance.fact_imports")
        import_module("quyu.apps.performance.panels")
        import_module("quyu.apps.performance.closed").register_approval()
        achieved = import_module("quyu.apps.performance.achieved")
        import_module("quyu.apps.targets.achieved").register(achieved.by_region)
        figures = import_module("quyu.apps.performance.figures")
        import_module("quyu.apps.customers.sales").register(figures.amounts_by_line)
        import_module("quyu.apps.market.field").register_served(figures.last_sales)
        import_module("quyu.apps.performance.map_layers")
        follower = import_module("quyu.apps.performance.recoding").OrderFollower()
        import_module("quyu.platform.geography.codes.followers").register(follower)
        background = import_module("quyu.apps.performance.background")
        ownership = import_module("quyu.platform.ownership")
        ownership.on_ownership_change(background.refresh_attribution_later)
        ownership.on_ownership_change(background.refresh_figures_later)
