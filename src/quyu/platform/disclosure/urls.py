from django.urls import path

from quyu.platform.disclosure import web

urlpatterns = [
    path("<str:name>/export/", web.export, name="personal-export"),
    path("<str:name>/<int:pk>/", web.show, name="personal-show"),
]
