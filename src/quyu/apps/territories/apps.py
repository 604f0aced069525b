from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "quyu.apps.territories"
    label = "territories"
    verbose_name = "销售区域"
