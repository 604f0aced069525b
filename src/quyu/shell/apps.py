from django.apps import AppConfig
from django.core import checks


class ShellConfig(AppConfig):
    name = "quyu.shell"
    label = "shell"
    verbose_name = "Quyu"

    def ready(self) -> None:
        """Joins what no app may join by itself: history of targets from the orders, sign-in and sessions."""
        from quyu.apps.targets import sales  # noqa: PLC0415
        from quyu.shell import measure_words  # noqa: PLC0415
        from quyu.shell.checks import undeclared_operations, unknown_commands  # noqa: PLC0415
        from quyu.shell.past_sales import PastSales  # noqa: PLC0415
        from quyu.shell.signin import middleware  # noqa: PLC0415

        sales.register(PastSales())
        middleware.connect()
        measure_words.connect()
        checks.register(undeclared_operations, checks.Tags.urls)
        checks.register(unknown_commands)
