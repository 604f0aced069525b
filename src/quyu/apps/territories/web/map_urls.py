"""Addresses below `/territories/` that the map asks for: layers, levels above the territories."""

from django.urls import path

from quyu.apps.territories.web import layers, tiers

urlpatterns = [
    path("alignments/<int:pk>/layers.json", layers.choices, name="alignment-layers"),
    path("alignments/<int:pk>/layers/<str:name>.json", layers.layer, name="alignment-layer"),
    path("alignments/<int:pk>/tiers/<str:kind>.json", tiers.tier, name="alignment-tier"),
]
