from django.urls import path

from quyu.platform.approvals import web

urlpatterns = [
    path("", web.approvals, name="approvals"),
    path("<int:pk>/", web.approval, name="approval"),
    path("<int:pk>/approve/", web.approve, name="approval-approve"),
    path("<int:pk>/reject/", web.reject, name="approval-reject"),
    path("<int:pk>/withdraw/", web.withdraw, name="approval-withdraw"),
]
