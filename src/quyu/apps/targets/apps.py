from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "quyu.apps.targets"
    label = "targets"
    verbose_name = "销售目标"
