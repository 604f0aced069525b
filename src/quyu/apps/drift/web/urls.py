"""Addresses below `/territories/drift/`."""

from django.urls import path

from quyu.apps.drift.web import pages

urlpatterns = [
    path("", pages.page, name="territory-drift"),
    path("rule/", pages.set_rule, name="territory-drift-rule"),
    path("<str:code>/", pages.unit_page, name="territory-drift-unit"),
    path("<str:code>/repair/", pages.repair, name="territory-drift-repair"),
]
