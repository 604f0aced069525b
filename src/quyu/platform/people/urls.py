from django.urls import path

from quyu.platform.people import web

urlpatterns = [
    path("", web.organisation, name="organisation"),
    path("units/<int:pk>/", web.org_unit, name="org-unit"),
    path("units/<int:pk>/move/", web.move_unit, name="org-unit-move"),
    path("positions/<int:pk>/", web.position, name="org-position"),
    path("positions/<int:pk>/assign/", web.assign, name="org-position-assign"),
    path("assignments/<int:pk>/end/", web.end_assignment, name="org-assignment-end"),
]
