"""Addresses below `/territories/`."""

from django.urls import path

from quyu.apps.territories.web import (
    changes,
    comments,
    edits,
    pages,
    preview,
    proposing,
    scenarios,
    schedule,
    shapes,
)

urlpatterns = [
    path("", pages.territories, name="territories"),
    path("coverage/", pages.coverage, name="territory-coverage"),
    path("backdrop.geojson", shapes.backdrop, name="map-backdrop"),
    path("<int:pk>/owner/", changes.assign_owner, name="territory-owner"),
    path("<int:pk>/transfer/", changes.transfer, name="territory-transfer"),
    path("alignments/<int:pk>/comments/", comments.page, name="alignment-comments"),
    path("alignments/<int:pk>/comments/marks.json", comments.marks_json, name="alignment-comment-marks"),
    path("alignments/<int:pk>/comments/say/", comments.say, name="alignment-comment-say"),
    path("alignments/<int:pk>/comments/settle/", comments.settle, name="alignment-comment-settle"),
    path("schedule/", schedule.schedule_page, name="territory-schedule"),
    path("alignments/<int:pk>/withdraw/", schedule.withdraw, name="alignment-withdraw"),
    path("compare/", scenarios.compare_page, name="alignment-compare"),
    path("alignments/", pages.alignments, name="alignments"),
    path("alignments/propose/", proposing.propose, name="alignment-propose"),
    path("alignments/<int:pk>/", pages.alignment_page, name="alignment"),
    path("alignments/<int:pk>/units/", pages.units_page, name="alignment-units"),
    path("alignments/<int:pk>/contents.json", shapes.contents, name="alignment-contents"),
    path("alignments/<int:pk>/boundaries.geojson", shapes.boundaries, name="alignment-boundaries"),
    path("alignments/<int:pk>/outlines.geojson", shapes.outlines, name="alignment-outlines"),
    path("alignments/<int:pk>/units/<str:code>.json", shapes.unit, name="alignment-unit"),
    path("alignments/<int:pk>/copy/", changes.copy, name="alignment-copy"),
    path("alignments/<int:pk>/move/", edits.move, name="alignment-move"),
    path("alignments/<int:pk>/what-if/", preview.what_if, name="alignment-what-if"),
    path("alignments/<int:pk>/reoptimise/", preview.reoptimise, name="alignment-reoptimise"),
    path("alignments/<int:pk>/rearrange/", edits.rearrange, name="alignment-rearrange"),
    path("alignments/<int:pk>/lock/", edits.lock, name="alignment-lock"),
    path("alignments/<int:pk>/undo/", edits.undo, name="alignment-undo"),
    path("alignments/<int:pk>/redo/", edits.redo, name="alignment-redo"),
    path("alignments/<int:pk>/submit/", changes.submit, name="alignment-submit"),
    path("alignments/<int:pk>/reject/", scenarios.reject, name="alignment-reject"),
    path("alignments/<int:pk>/activate/", changes.activate, name="alignment-activate"),
]
