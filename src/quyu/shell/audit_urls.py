from django.urls import path

from quyu.shell import audit, rights

urlpatterns = [
    path("", audit.log, name="audit"),
    path("export/", audit.export, name="audit-export"),
    path("verify/", audit.verify, name="audit-verify"),
    path("rights/", rights.rights, name="audit-rights"),
]
