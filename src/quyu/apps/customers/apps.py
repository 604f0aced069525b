from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "quyu.apps.customers"
    label = "customers"
    verbose_name = "客户"
