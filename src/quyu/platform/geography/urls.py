from django.urls import path

from quyu.platform.geography.codes import web

urlpatterns = [
    path("codes/", web.changes, name="code-changes"),
    path("codes/<int:pk>/", web.change, name="code-change"),
    path("codes/<int:pk>/apply/", web.follow, name="code-change-apply"),
    path("codes/<int:pk>/remove/", web.remove, name="code-change-remove"),
]
