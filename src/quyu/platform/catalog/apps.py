from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "quyu.platform.catalog"
    label = "catalog"
    verbose_name = "产品与渠道"
