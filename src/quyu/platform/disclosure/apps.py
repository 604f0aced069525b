from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "quyu.platform.disclosure"
    label = "disclosure"
    verbose_name = "个人信息"

    def ready(self) -> None:
        """Offer the way to personal fields on the page of every object that has some."""
        from quyu.platform.disclosure import panels  # noqa: PLC0415  # viewsets are registered only now

        panels.register()
