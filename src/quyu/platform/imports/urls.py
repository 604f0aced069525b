from django.urls import path

from quyu.platform.imports import downloads, web

urlpatterns = [
    path("", web.runs_page, name="imports"),
    path("new/", web.new, name="import-new"),
    path("template/<str:kind>/", downloads.template, name="import-template"),
    path("<int:pk>/", web.run_page, name="import-run"),
    path("<int:pk>/choose/", web.choose, name="import-choose"),
    path("<int:pk>/forget/", web.forget, name="import-forget"),
    path("<int:pk>/confirm/", web.confirm, name="import-confirm"),
    path("<int:pk>/cancel/", web.cancel, name="import-cancel"),
    path("<int:pk>/mend/", web.mend, name="import-mend"),
    path("<int:pk>/progress/", web.progress, name="import-progress"),
    path("<int:pk>/errors/", downloads.errors, name="import-errors"),
    path("<int:pk>/undo/", web.undo, name="import-undo"),
]
