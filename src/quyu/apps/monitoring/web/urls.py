"""Addresses below `/alerts/`."""

from django.urls import path

from quyu.apps.monitoring.web import alerts

urlpatterns = [
    path("", alerts.alerts_page, name="alerts"),
    path("look/", alerts.look, name="alerts-look"),
    path("<int:pk>/", alerts.alert_page, name="alert"),
    path("<int:pk>/handle/", alerts.note_act, name="alert-handle"),
    path("<int:pk>/snooze/", alerts.snooze, name="alert-snooze"),
]
