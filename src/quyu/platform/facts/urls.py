from django.urls import path

from quyu.platform.facts import web

urlpatterns = [
    path("", web.months, name="months"),
    path("close/", web.close, name="month-close"),
    path("reopen/", web.reopen, name="month-reopen"),
]
