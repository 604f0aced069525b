from importlib import import_module

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "quyu.apps.customers"
    label = "customers"
    verbose_name = "客户"

    def ready(self) -> None:
        """Let sets of rules be approved, keep them in step with their map, and tell what changes of codes touch."""
        import_module("quyu.apps.customers.division.editing").register_approval()
        import_module("quyu.apps.customers.division.together").register()
        follower = import_module("quyu.apps.customers.recoding").CustomerFollower()
        import_module("quyu.platform.geography.codes.followers").register(follower)
