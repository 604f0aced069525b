from importlib import import_module

from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "quyu.apps.territories"
    label = "territories"
    verbose_name = "销售区域"

    def ready(self) -> None:
        from quyu.apps.market import field  # noqa: PLC0415 (models load first)
        from quyu.apps.territories.selectors.field import TerritoryField  # noqa: PLC0415
        from quyu.apps.territories.services import register_approval  # noqa: PLC0415
        from quyu.apps.territories.services.recoding import AlignmentFollower  # noqa: PLC0415
        from quyu.platform.geography.codes import followers  # noqa: PLC0415

        import_module("quyu.apps.territories.imports.abilities")
        import_module("quyu.apps.territories.imports.travel_times")
        register_approval()
        field.register(TerritoryField())
        followers.register(AlignmentFollower())
