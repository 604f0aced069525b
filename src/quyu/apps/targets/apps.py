from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "quyu.apps.targets"
    label = "targets"
    verbose_name = "销售目标"

    def ready(self) -> None:
        """Tells the approvals what their decisions do to a version, and the territories who knows targets."""
        from quyu.apps.targets import services  # noqa: PLC0415
        from quyu.apps.targets.selectors.effects import TargetsReader  # noqa: PLC0415
        from quyu.apps.targets.services import changes  # noqa: PLC0415
        from quyu.apps.territories import effects  # noqa: PLC0415
        from quyu.platform.approvals import registry  # noqa: PLC0415

        registry.register(
            services.SUBJECT_TYPE,
            label="目标版本",
            on_approved=services.on_approved,
            on_rejected=services.on_returned,
            on_withdrawn=services.on_returned,
        )
        registry.register(
            changes.SUBJECT_TYPE,
            label="目标调整",
            on_approved=changes.on_approved,
            on_rejected=changes.on_returned,
            on_withdrawn=changes.on_returned,
        )
        effects.register(TargetsReader())
