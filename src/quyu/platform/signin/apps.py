from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "quyu.platform.signin"
    label = "signin"
    verbose_name = "登录"

    def ready(self) -> None:
        from quyu.platform.signin import endings  # noqa: PLC0415 (models load first)

        endings.connect()
