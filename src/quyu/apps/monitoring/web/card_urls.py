"""Addresses below `/cards/`."""

from django.urls import path

from quyu.apps.monitoring.web import cards

urlpatterns = [
    path("", cards.cards_page, name="cards"),
    path("from-alert/<int:pk>/", cards.open_for_alert, name="card-from-alert"),
    path("from-decision/<int:pk>/", cards.open_for_promise, name="card-from-decision"),
    path("lessons/", cards.lessons_page, name="lessons"),
    path("<int:pk>/", cards.card_page, name="card"),
    path("<int:pk>/plan/", cards.plan, name="card-plan"),
    path("<int:pk>/tasks/", cards.add_task, name="card-task"),
    path("<int:pk>/conclude/", cards.conclude, name="card-conclude"),
    path("<int:pk>/drop/", cards.drop, name="card-drop"),
    path("tasks/<int:pk>/settle/", cards.settle, name="card-settle"),
]
