from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "quyu.platform.jobs"
    label = "jobs"
    verbose_name = "任务"
