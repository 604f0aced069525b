from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "quyu.platform.jobs"
    label = "jobs"
    verbose_name = "任务"

    def ready(self) -> None:
        from quyu.platform.jobs import repeating  # noqa: PLC0415  # models are loaded only now

        repeating.listen()
