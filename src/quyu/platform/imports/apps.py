from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "quyu.platform.imports"
    label = "imports"
    verbose_name = "导入"
