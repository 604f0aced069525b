from importlib import import_module

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "quyu.apps.customers"
    label = "customers"
    verbose_name = "客户"

    def ready(self) -> None:
        """Let sets of rules be approved."""
        import_module("quyu.apps.customers.division.editing").register_approval()
