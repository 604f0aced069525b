from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "quyu.platform.limits"
    label = "limits"
    verbose_name = "授权额度"

    def ready(self) -> None:
        """Say the kinds of limits in words in the audit trail."""
        from quyu.platform.audit import entries  # noqa: PLC0415  # models are loaded only now
        from quyu.platform.limits.choices import LimitKind  # noqa: PLC0415

        entries.name_values("limit_kind", dict(LimitKind.choices))
