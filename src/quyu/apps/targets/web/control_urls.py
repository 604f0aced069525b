from django.urls import path

from quyu.apps.targets.web import control

urlpatterns = [
    path("<int:pk>/review/", control.review, name="target-review"),
    path("<int:pk>/people/", control.people, name="target-people"),
    path("<int:pk>/chain/", control.chain, name="target-chain"),
    path("<int:pk>/proof/", control.proof, name="target-proof"),
]
