"""Addresses below `/meetings/`."""

from django.urls import path

from quyu.apps.monitoring.web import meetings

urlpatterns = [
    path("", meetings.meetings_page, name="meetings"),
    path("new/", meetings.new_meeting, name="meeting-new"),
    path("<int:pk>/", meetings.meeting_page, name="meeting"),
    path("<int:pk>/minutes/", meetings.save_minutes, name="meeting-minutes"),
    path("<int:pk>/renew/", meetings.renew, name="meeting-renew"),
    path("<int:pk>/close/", meetings.close, name="meeting-close"),
    path("<int:pk>/decide/", meetings.decide, name="meeting-decide"),
    path("<int:pk>/slides/", meetings.slides_file, name="meeting-slides"),
    path("<int:pk>/document/", meetings.minutes_file, name="meeting-document"),
    path("promises/<int:pk>/settle/", meetings.settle, name="meeting-settle"),
]
