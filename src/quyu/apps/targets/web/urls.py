from django.urls import path

from quyu.apps.targets.web import exchange, grid, versions

urlpatterns = [
    path("", versions.plans, name="targets"),
    path("new/", versions.create, name="target-create"),
    path("<int:pk>/", grid.page, name="target-version"),
    path("<int:pk>/standing/", grid.standing, name="target-standing"),
    path("<int:pk>/rows/", grid.rows, name="target-rows"),
    path("<int:pk>/cells/", grid.change, name="target-cells"),
    path("<int:pk>/outlook/", grid.before_typing, name="target-outlook"),
    path("<int:pk>/why/", grid.why, name="target-why"),
    path("<int:pk>/lock/", grid.lock, name="target-lock"),
    path("<int:pk>/unlock/", grid.unlock, name="target-unlock"),
    path("<int:pk>/undo/", grid.undo, name="target-undo"),
    path("<int:pk>/certificate/", grid.certificate, name="target-certificate"),
    path("<int:pk>/history/", versions.history, name="target-history"),
    path("<int:pk>/submit/", versions.submit, name="target-submit"),
    path("<int:pk>/publish/", versions.publish, name="target-publish"),
    path("<int:pk>/copy/", versions.copy, name="target-copy"),
    path("<int:pk>/export/", exchange.export, name="target-export"),
    path("<int:pk>/import/", exchange.bring_back, name="target-import"),
    path("<int:pk>/import/apply/", exchange.apply, name="target-import-apply"),
]
