from django.apps import AppConfig
from django.core import checks


class PeopleConfig(AppConfig):
    name = "quyu.platform.people"
    label = "people"
    verbose_name = "组织与人员"

    def ready(self) -> None:
        from quyu.platform.audit import entries  # noqa: PLC0415 (models load first)
        from quyu.platform.people import declarations  # noqa: PLC0415
        from quyu.platform.people.choices import Role  # noqa: PLC0415
        from quyu.platform.people.guard import undeclared_views  # noqa: PLC0415

        entries.name_values("role", dict(Role.choices))
        checks.register(undeclared_views, checks.Tags.urls)
        checks.register(declarations.undeclared_jobs)
        checks.register(declarations.undeclared_files)
