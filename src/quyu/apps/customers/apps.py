from importlib import import_module

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "quyu.apps.customers"
    label = "customers"
    verbose_name = "客户"

    def ready(self) -> None:
        """Let sets of rules be approved, and tell what changes of codes touch."""
        import_module("quyu.apps.customers.division.editing").register_approval()
        follower = import_module("quyu.apps.customers.recoding").CustomerFollower()
        import_module("quyu.platform.geography.codes.followers").register(follower)
