from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "quyu.platform.masterdata"
    label = "masterdata"
    verbose_name = "基础资料"
