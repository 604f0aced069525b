from django.urls import path

from quyu.platform.imports import web

urlpatterns = [
    path("", web.runs_page, name="imports"),
    path("new/", web.new, name="import-new"),
    path("template/<str:kind>/", web.template, name="import-template"),
    path("<int:pk>/", web.run_page, name="import-run"),
    path("<int:pk>/choose/", web.choose, name="import-choose"),
    path("<int:pk>/confirm/", web.confirm, name="import-confirm"),
    path("<int:pk>/progress/", web.progress, name="import-progress"),
    path("<int:pk>/errors/", web.errors, name="import-errors"),
    path("<int:pk>/undo/", web.undo, name="import-undo"),
]
