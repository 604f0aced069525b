from django.urls import path

from quyu.apps.performance.web import pages

urlpatterns = [
    path("", pages.board_page, name="performance"),
    path("customers/", pages.customers_page, name="performance-customers"),
    path("customers/<path:code>/", pages.lines_page, name="performance-lines"),
    path("analysis/", pages.analysis_page, name="performance-analysis"),
]
