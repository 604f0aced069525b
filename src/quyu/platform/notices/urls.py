from django.urls import path

from quyu.platform.notices import web

urlpatterns = [
    path("", web.notices, name="notices"),
    path("read/", web.mark_all_read, name="notices-read"),
    path("<int:pk>/open/", web.open_notice, name="notice-open"),
]
