from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    name = "quyu.platform.imports"
    label = "imports"
    verbose_name = "导入"

    def ready(self) -> None:
        """Let every app's `imports` module register its kinds."""
        autodiscover_modules("imports")
