"""Sign-in, password and second factor: the few pages of allauth we use. There is no sign-up and none of its mails."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from django.urls import path
from django.views.generic import RedirectView

from quyu.platform.people import guard
from quyu.shell import account, account_messages
from quyu.shell.signin import door, oidc, pages
from quyu.shell.signin.anew import proven_anew

to_account = guard.require("account", "view")(RedirectView.as_view(pattern_name="account"))

urlpatterns = [
    path("", account.account, name="account"),
    path("language/", account.choose_language, name="language"),
    path("sessions/end/", pages.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("tokens/", pages.token_list, name="tokens"),
    path("tokens/new/", proven_anew(pages.make_token, back="tokens"), name="token-make"),
    path("tokens/<int:pk>/revoke/", pages.revoke_token, name="token-revoke"),
    path("messages/", account_messages.page, name="messages"),
    path("messages/mail/", account_messages.name_mail, name="message-mail"),
    path("messages/robot/", account_messages.name_robot, name="message-robot"),
    path("messages/undelivered/", account_messages.failures, name="messages-undelivered"),
    path("messages/<int:pk>/confirm/", account_messages.confirm, name="message-confirm"),
    path("messages/<int:pk>/code/", account_messages.send_again, name="message-code"),
    path("messages/<int:pk>/choose/", account_messages.choose, name="message-choose"),
    path("messages/<int:pk>/remove/", account_messages.remove, name="message-remove"),
    path("login/", door.sign_in, name="account_login"),
    path("sso/", oidc.begin, name="single-sign-on"),
    path("<slug:provider_id>/callback/", oidc.end, name="openid_connect_callback"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path(
        "password/set/",
        proven_anew(account_views.password_set, back="account_set_password"),
        name="account_set_password",
    ),
    path("2fa/", to_account, name="mfa_index"),
    path("2fa/authenticate/", door.second_factor, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "2fa/activate/",
        proven_anew(totp_views.activate_totp, back="mfa_activate_totp"),
        name="mfa_activate_totp",
    ),
    path("2fa/deactivate/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/codes/generate/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
