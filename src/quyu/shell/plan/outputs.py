"""The three files of a plan: workbook, document and certificate, from a stored version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db.models import Max

from quyu.apps.performance.models import DayRollup
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import store
from quyu.apps.targets.sums import cube
from quyu.apps.territories.selectors import active_alignment
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit
from quyu.shell.plan import certificate, document, history, workbook
from quyu.shell.plan.breakdown import Breakdown
from quyu.shell.plan.division import quality_of
from quyu.shell.plan.figures import PlanFigures, SourceFile, TerritoryQuality
from quyu.shell.plan.outlines import outlines

NO_DIVISION = TerritoryQuality(0, None, None, is_proposed=False, unplaced_customers=0)


@dataclass(frozen=True)
class Written:
    """The figures and the files made from them."""

    figures: PlanFigures
    files: tuple[Path, ...]


def figures_of(
    made: Breakdown, *, derived: Sequence[str], sources: Sequence[SourceFile], today: date
) -> PlanFigures:
    """Everything the files show, read back from the stored version and checked again."""
    axes, version = made.axes, made.version
    checked = targets.certificate(version)
    alignment = active_alignment(today)
    start, end = date(axes.year, 1, 1), date(axes.year + 1, 1, 1)
    last = DayRollup.objects.filter(day__gte=start, day__lt=min(end, today)).aggregate(last=Max("day"))[
        "last"
    ]
    head = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk").first()
    return PlanFigures(
        company=head.name if head else "",
        axes=axes,
        target=cube(axes, store.load_shaped(version, axes.shape)),
        before=cube(axes, store.load_shaped(version, axes.shape, store.LAST_YEAR)),
        actual=history.actual_cells(axes, axes.year) if last else None,
        actual_upto=last.isoformat() if last else "",
        growth_bp=made.growth_bp,
        method=made.method,
        derived=tuple(derived),
        sources=tuple(sources),
        quality=quality_of(alignment) if alignment else NO_DIVISION,
        nodes_checked=checked.nodes_checked,
        violations=checked.violations,
        outlines=outlines(alignment) if alignment else {},
    )


def write(figures: PlanFigures, folder: Path) -> Written:
    """plan.xlsx, plan.pdf and certificate.json in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    book, paper, proof = folder / "plan.xlsx", folder / "plan.pdf", folder / "certificate.json"
    workbook.write(book, figures)
    document.write(paper, figures)
    certificate.write(proof, figures, [book, paper])
    return Written(figures, (book, paper, proof))
