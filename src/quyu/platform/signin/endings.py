"""Sessions and tokens end with what carried them, whichever service or command makes the change.

Account closed or an administrator's role changed: every session ends. Password changed: every session
opened with the old one ends, and so does every token. (Who has left is refused at the next request.)
"""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from quyu.platform.people import policy
from quyu.platform.people.models import RoleGrant, User
from quyu.platform.signin import sessions, tokens


def account_saved(sender: type[User], instance: User, created: bool, **_: Any) -> None:
    if created:
        return
    if not instance.is_active:
        sessions.end_all(instance)
        tokens.revoke_all(instance, now=timezone.now())
    elif getattr(instance, "_password", None) is not None:  # by set_password; a mere new hash leaves none
        sessions.end_those_of_another_password(instance)
        tokens.revoke_all(instance, now=timezone.now())


def grant_changed(sender: type[RoleGrant], instance: RoleGrant, **_: Any) -> None:
    if instance.role in policy.ADMINISTRATORS:
        sessions.end_all(instance.user)


def connect() -> None:
    post_save.connect(account_saved, sender=User, dispatch_uid="signin.account")
    post_save.connect(grant_changed, sender=RoleGrant, dispatch_uid="signin.grant")
    post_delete.connect(grant_changed, sender=RoleGrant, dispatch_uid="signin.grant_gone")
