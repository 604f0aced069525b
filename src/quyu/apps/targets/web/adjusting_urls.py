from django.urls import path

from quyu.apps.targets.web import adjusting

urlpatterns = [
    path("", adjusting.listing, name="target-changes"),
    path("new/", adjusting.new, name="target-change-new"),
    path("rules/", adjusting.rules, name="change-rules"),
    path("<int:pk>/", adjusting.detail, name="target-change"),
    path("<int:pk>/evidence/", adjusting.evidence, name="target-change-evidence"),
    path("<int:pk>/evidence/<int:evidence>/", adjusting.attachment, name="target-change-file"),
    path("<int:pk>/analysis/", adjusting.analyse, name="target-change-analysis"),
    path("<int:pk>/submit/", adjusting.submit, name="target-change-submit"),
    path("<int:pk>/close/", adjusting.close, name="target-change-close"),
]
