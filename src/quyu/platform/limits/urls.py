from django.urls import path

from quyu.platform.limits import web

urlpatterns = [
    path("", web.limits, name="limits"),
    path("new/", web.create, name="limit-create"),
    path("<int:pk>/end/", web.end, name="limit-end"),
]
