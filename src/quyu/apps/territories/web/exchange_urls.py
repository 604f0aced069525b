"""Addresses below `/territories/` of what leaves a draft and comes back: workbooks and the PDF."""

from django.urls import path

from quyu.apps.territories.web import document, exchange

urlpatterns = [
    path("alignments/from-workbook/", exchange.new, name="alignment-from-workbook"),
    path("alignments/from-workbook/create/", exchange.create, name="alignment-from-workbook-create"),
    path("alignments/<int:pk>/workbook.xlsx", exchange.export, name="alignment-export"),
    path("alignments/<int:pk>/import/", exchange.bring_back, name="alignment-import"),
    path("alignments/<int:pk>/import/apply/", exchange.apply, name="alignment-import-apply"),
    path("alignments/<int:pk>/plan.pdf", document.pdf, name="alignment-pdf"),
]
