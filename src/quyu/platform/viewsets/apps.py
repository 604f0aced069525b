from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ViewsetsConfig(AppConfig):
    name = "quyu.platform.viewsets"
    label = "viewsets"
    verbose_name = "对象页面"

    def ready(self) -> None:
        """Let every app's `viewsets` module register its objects, then make them importable (`masterdata`)."""
        autodiscover_modules("viewsets")
        autodiscover_modules("importing")
