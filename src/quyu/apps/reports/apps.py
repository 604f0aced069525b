from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "quyu.apps.reports"
    label = "reports"
    verbose_name = "报告"
