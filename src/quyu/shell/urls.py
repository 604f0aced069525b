"""Every address of the site. Each view says who may enter (`quyu.platform.people.guard`)."""

from django.urls import URLPattern, URLResolver, include, path

from quyu.shell import health, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("account/", include("quyu.shell.account_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "quyu.shell.errors.bad_request"
handler403 = "quyu.shell.errors.forbidden"
handler404 = "quyu.shell.errors.not_found"
handler500 = "quyu.shell.errors.failure"
