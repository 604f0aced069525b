from django.urls import path

from quyu.apps.targets.web import blocks, changes, comments, exchange, grid, reasons, setting_urls, versions, wizard

urlpatterns = [
    path("", versions.plans, name="targets"),
    path("new/", wizard.start, name="target-create"),
    path("new/again/", wizard.again, name="target-create-again"),
    path("new/<slug:name>/", wizard.step, name="target-create-step"),
    path("<int:pk>/", grid.page, name="target-version"),
    path("<int:pk>/standing/", grid.standing, name="target-standing"),
    path("<int:pk>/branch/", grid.branch, name="target-branch"),
    path("<int:pk>/piece/", grid.piece, name="target-piece"),
    path("<int:pk>/cells/", changes.change, name="target-cells"),
    path("<int:pk>/block/", blocks.block, name="target-block"),
    path("<int:pk>/outlook/", changes.before_typing, name="target-outlook"),
    path("<int:pk>/lock/", changes.lock, name="target-lock"),
    path("<int:pk>/unlock/", changes.unlock, name="target-unlock"),
    path("<int:pk>/undo/", changes.undo, name="target-undo"),
    path("<int:pk>/redo/", changes.redo, name="target-redo"),
    path("<int:pk>/comments/", comments.read, name="target-comments"),
    path("<int:pk>/comments/say/", comments.say, name="target-say"),
    path("<int:pk>/why/", reasons.why, name="target-why"),
    path("<int:pk>/certificate/", reasons.certificate, name="target-certificate"),
    path("<int:pk>/history/", versions.history, name="target-history"),
    path("<int:pk>/submit/", versions.submit, name="target-submit"),
    path("<int:pk>/publish/", versions.publish, name="target-publish"),
    path("<int:pk>/copy/", versions.copy, name="target-copy"),
    path("<int:pk>/export/", exchange.export, name="target-export"),
    path("<int:pk>/import/", exchange.bring_back, name="target-import"),
    path("<int:pk>/import/apply/", exchange.apply, name="target-import-apply"),
    *setting_urls.urlpatterns,
]
