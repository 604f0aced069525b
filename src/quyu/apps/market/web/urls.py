"""Addresses below `/market/`."""

from django.urls import path

from quyu.apps.market.web import changing, pages, potential

urlpatterns = [
    path("", pages.market, name="market"),
    path("export/", pages.export, name="market-export"),
    path("indicators/", pages.indicators, name="market-indicators"),
    path("indicators/<str:code>/", changing.indicator, name="market-indicator"),
    path("indicators/<str:code>/remove/", changing.remove, name="market-indicator-remove"),
    path("potential/", potential.potential, name="market-potential"),
    path("potential/fit/", potential.fit, name="market-potential-fit"),
    path("white-space/", potential.white_space, name="white-space"),
    path("white-space/export/", potential.export, name="white-space-export"),
    path("counties/<str:code>/", pages.county, name="market-county"),
]
