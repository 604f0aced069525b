from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "quyu.shell"
    label = "shell"
    verbose_name = "Quyu"

    def ready(self) -> None:
        """Joins what no app may join by itself: targets read their history from the rollups."""
        from quyu.apps.targets import actuals  # noqa: PLC0415
        from quyu.shell.actuals import month_actuals  # noqa: PLC0415

        actuals.register(month_actuals)
