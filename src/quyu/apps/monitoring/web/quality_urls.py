"""Addresses below `/data-quality/`."""

from django.urls import path

from quyu.apps.monitoring.web import quality

urlpatterns = [
    path("", quality.quality_page, name="data-quality"),
    path("totals/", quality.enter_total, name="data-quality-enter"),
    path("totals/<int:pk>/remove/", quality.remove_total, name="data-quality-remove"),
]
