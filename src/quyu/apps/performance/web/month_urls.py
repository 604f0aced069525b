from django.urls import path

from quyu.apps.performance.web import months

urlpatterns = [
    path("", months.months, name="months"),
    path("close/", months.close, name="month-close"),
    path("reopen/", months.reopen, name="month-reopen"),
]
