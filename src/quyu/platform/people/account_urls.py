from django.urls import path

from quyu.platform.people import account_web

urlpatterns = [
    path("", account_web.account_list, name="user-list"),
    path("new/", account_web.open_account, name="user-create"),
    path("<int:pk>/", account_web.account_detail, name="user-detail"),
    path("<int:pk>/password/", account_web.reset_password, name="user-password"),
    path("<int:pk>/active/", account_web.set_active, name="user-active"),
    path("<int:pk>/grants/", account_web.grant, name="user-grant"),
    path("<int:pk>/grants/<int:grant_id>/end/", account_web.end_grant, name="user-grant-end"),
]
