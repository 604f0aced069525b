from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "quyu.shell"
    label = "shell"
    verbose_name = "Quyu"
