from django.urls import path

from quyu.platform.geography.codes import web
from quyu.platform.geography.redrawing import web as redrawing

urlpatterns = [
    path("codes/", web.changes, name="code-changes"),
    path("codes/<int:pk>/", web.change, name="code-change"),
    path("codes/<int:pk>/apply/", web.follow, name="code-change-apply"),
    path("codes/<int:pk>/remove/", web.remove, name="code-change-remove"),
    path("boundaries/", redrawing.uploads, name="boundaries"),
    path("boundaries/<int:pk>/", redrawing.upload_page, name="boundary-upload"),
    path("boundaries/<int:pk>/settle/", redrawing.settle, name="boundary-settle"),
]
