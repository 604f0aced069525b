from django.urls import path

from quyu.apps.performance.web import bridge, credit, facts, pages, parts, saved, receivables, tiers, why

urlpatterns = [
    path("", pages.board_page, name="performance"),
    path("restate/", pages.restate, name="performance-restate"),
    path("bridge/", bridge.bridge_page, name="performance-bridge"),
    path("facts/", facts.facts_page, name="performance-facts"),
    path("credit/", credit.credit_page, name="performance-credit"),
    path("receivables/", receivables.receivables_page, name="performance-receivables"),
    path("receivables/<path:code>/", receivables.receivable_page, name="performance-receivable"),
    path("why/", why.why_page, name="performance-why"),
    path("tiers/", tiers.tiers_page, name="customer-tiers"),
    path("tiers/apply/", tiers.retier, name="customer-retier"),
    path("customers/", pages.customers_page, name="performance-customers"),
    path("parts/customer/<path:code>/", parts.customer, name="performance-customer-panel"),
    path("parts/territory/<path:code>/", parts.territory, name="performance-territory-panel"),
    path("customers/<path:code>/", pages.lines_page, name="performance-lines"),
    path("views/", saved.views_page, name="views"),
    path("views/strip/", saved.strip, name="views-strip"),
    path("views/new/", saved.save, name="view-save"),
    path("views/<int:pk>/", saved.open_view, name="view-open"),
    path("views/<int:pk>/change/", saved.change, name="view-change"),
    path("views/<int:pk>/delete/", saved.delete, name="view-delete"),
    path("analysis/", pages.analysis_page, name="performance-analysis"),
]
