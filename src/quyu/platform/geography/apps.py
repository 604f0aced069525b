from django.apps import AppConfig


class GeographyConfig(AppConfig):
    name = "quyu.platform.geography"
    label = "geography"
    verbose_name = "地理"
