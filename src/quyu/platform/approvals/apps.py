from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "quyu.platform.approvals"
    label = "approvals"
    verbose_name = "审批"
