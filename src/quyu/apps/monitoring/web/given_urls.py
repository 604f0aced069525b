"""Addresses below `/given/`."""

from django.urls import path

from quyu.apps.monitoring.web import given

urlpatterns = [
    path("", given.given_page, name="given"),
    path("tasks/<int:pk>/", given.task_page, name="given-task"),
    path("tasks/<int:pk>/report/", given.report_task, name="given-task-report"),
    path("decisions/<int:pk>/", given.decision_page, name="given-decision"),
    path("decisions/<int:pk>/report/", given.report_decision, name="given-decision-report"),
]
