from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "quyu.platform.facts"
    label = "facts"
    verbose_name = "事实数据"
