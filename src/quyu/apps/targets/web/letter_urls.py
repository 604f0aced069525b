from django.urls import path

from quyu.apps.targets.web import letters

urlpatterns = [
    path("", letters.listing, name="letters"),
    path("mine/", letters.mine, name="my-letters"),
    path("<int:pk>/", letters.detail, name="letter"),
    path("<int:pk>/file/", letters.file, name="letter-file"),
    path("<int:pk>/verify/", letters.verify, name="letter-verify"),
    path("<int:pk>/accept/", letters.accept, name="letter-accept"),
    path("<int:pk>/contest/", letters.contest, name="letter-contest"),
]
