from django.apps import AppConfig


class ViewsetsConfig(AppConfig):
    name = "quyu.platform.viewsets"
    label = "viewsets"
    verbose_name = "列表与表单"
