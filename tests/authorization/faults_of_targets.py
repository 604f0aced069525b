"""Mistakes about letters, rounds, changes in the year, hedges, vacancies, comments and customer classes."""

from typing import Any

from django.shortcuts import get_object_or_404

from quyu.apps.performance.web import tiers
from quyu.apps.targets.axes import UnknownNode
from quyu.apps.targets.models import ChangeEvidence, Handover, Letter
from quyu.apps.targets.selectors import letters
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.services import hedging, staffing
from quyu.apps.targets.web import adjusting, comments, hedges, rounds, talks
from tests.authorization.breaking import Breaking, fault


@fault("letters of all", "everybody's letter is within reach", "letters/")
def open_letters(breaking: Breaking) -> None:
    rows = Letter.objects.select_related("person", "plan_version__plan")
    breaking.put(letters, "visible_letters", lambda *_: rows.order_by("pk"))


@fault("changes of all", "a change of targets anywhere is shown", "changes/<int:pk>/")
def open_changes(breaking: Breaking) -> None:
    breaking.put(adjusting, "sees_change", lambda *_: True)


@fault(
    "evidence of any change",
    "a file is given out whoever may see its change",
    "changes/<int:pk>/evidence/<int:evidence>/",
)
def open_evidence(breaking: Breaking) -> None:
    def found(_request: Any, pk: int) -> Any:
        return get_object_or_404(ChangeEvidence.objects.filter(change=pk)).change

    breaking.put(adjusting, "change_or_404", found)


@fault("talks of all", "the talk about any node is open", "targets/node/<int:pk>/")
def open_talks(breaking: Breaking) -> None:
    rows = Handover.objects.select_related("round__plan_version__plan", "owner")
    for module in (rounds, talks):
        breaking.put(module, "handover_or_404", lambda _request, pk: get_object_or_404(rows, pk=pk))


@fault("hedges anywhere", "a hedge is set on any unit of the plan", "targets/<int:pk>/uplift/")
def open_hedges(breaking: Breaking) -> None:
    for module in (hedges.selectors, hedging):
        breaking.put(module, "reach_of", lambda axes, *_a, **_k: Reach((axes.tree.root,), is_everything=True))


@fault(
    "vacancies anywhere", "who carries a territory is decided wherever it lies", "targets/<int:pk>/staffing/"
)
def open_vacancies(breaking: Breaking) -> None:
    def exists(axes: Any, region: str, *_: Any) -> None:
        if region not in axes.leaves:
            raise UnknownNode(region)

    breaking.put(staffing, "_require", exists)


@fault("comments of all", "what was said about any node is read", "targets/<int:pk>/comments/")
def open_comments(breaking: Breaking) -> None:
    breaking.put(comments, "node_or_404", lambda _request, _axes, asked: comments.node_of(asked))


@fault("classes by anybody", "who may edit some customers classes all of them", "performance/tiers/")
def open_classes(breaking: Breaking) -> None:
    breaking.put(tiers, "may_retier", lambda _request: True)
