"""Addresses of what stands beside the cells: measures, checks, rules, milestones, strategy."""

from django.urls import path

from quyu.apps.targets.web import checks, measures, milestones, strategy

urlpatterns = [
    path("rules/", checks.pack, name="target-pack"),
    path("rules/<int:pk>/", checks.configure, name="target-rule-set"),
    path("strategy/", strategy.page, name="strategy"),
    path("strategy/new/", strategy.create, name="strategy-create"),
    path("strategy/link/", strategy.link, name="strategy-link"),
    path("strategy/links/<int:pk>/delete/", strategy.unlink, name="strategy-unlink"),
    path("strategy/<int:pk>/", strategy.edit, name="strategy-edit"),
    path("strategy/<int:pk>/delete/", strategy.delete, name="strategy-delete"),
    path("<int:pk>/measures/", measures.page, name="target-measures"),
    path("<int:pk>/measures/add/", measures.add, name="target-measure-add"),
    path("<int:pk>/derived/", measures.derived, name="target-derived"),
    path("<int:pk>/derived/set/", measures.set_rate, name="target-derived-set"),
    path("<int:pk>/checks/", checks.page, name="target-checks"),
    path("<int:pk>/rules/", checks.rules, name="target-rules"),
    path("<int:pk>/rules/repair/", checks.repair, name="target-repair"),
    path("<int:pk>/milestones/", milestones.page, name="target-milestones"),
    path("<int:pk>/milestones/add/", milestones.add, name="target-milestone-add"),
    path("<int:pk>/milestones/<int:milestone>/delete/", milestones.delete, name="target-milestone-delete"),
]
