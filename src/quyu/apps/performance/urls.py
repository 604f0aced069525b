from django.urls import path

from quyu.apps.performance import web

urlpatterns = [
    path("", web.board_page, name="performance"),
    path("customers/", web.customers_page, name="performance-customers"),
    path("customers/<str:code>/", web.lines_page, name="performance-lines"),
    path("analysis/", web.analysis_page, name="performance-analysis"),
]
