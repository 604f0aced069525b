"""Every address of the site. Each view says who may enter (`quyu.platform.people.guard`)."""

from django.urls import URLPattern, URLResolver, include, path

from quyu.apps.customers import web as customers
from quyu.apps.customers.division import adopt_web as adopting
from quyu.apps.customers.division import assign_web as assigning
from quyu.apps.customers.division import claim_web as claims
from quyu.apps.customers.division import overlay_web as overlays
from quyu.apps.customers.division import split_web as splitting
from quyu.apps.customers.division import web as division
from quyu.apps.customers.mapping import web as customer_map
from quyu.apps.customers.workload import web as workload
from quyu.apps.territories.staffing import ability_web as abilities
from quyu.apps.territories.staffing import web as staffing
from quyu.platform.viewsets import web as viewset_pages
from quyu.shell import api, health
from quyu.shell.home import views as home
from quyu.shell.personal import web as subjects
from quyu.shell.signin import pages as signin

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("home/tasks/", home.tasks, name="home-tasks"),
    path("home/standing/", home.standing, name="home-standing"),
    path("home/alerts/", home.alerts, name="home-alerts"),
    path("home/rules/", home.rules, name="home-rules"),
    path("wall/", home.wall, name="home-wall"),
    path("account/", include("quyu.shell.account_urls")),
    path("org/", include("quyu.platform.people.urls")),
    path("targets/", include("quyu.apps.targets.web.urls")),
    path("targets/", include("quyu.apps.targets.web.control_urls")),
    path("letters/", include("quyu.apps.targets.web.letter_urls")),
    path("changes/", include("quyu.apps.targets.web.adjusting_urls")),
    path("imports/", include("quyu.platform.imports.urls")),
    path("users/<int:pk>/second-factor/", signin.reset_second_factor, name="user-second-factor"),
    path("users/", include("quyu.platform.people.account_urls")),
    path("approvals/", include("quyu.platform.approvals.urls")),
    path("limits/", include("quyu.platform.limits.urls")),
    path("months/", include("quyu.apps.performance.web.month_urls")),
    path("geography/", include("quyu.platform.geography.urls")),
    path("personal/", include("quyu.platform.disclosure.urls")),
    path("subjects/", subjects.page, name="subjects"),
    path("subjects/export/", subjects.export, name="subjects-export"),
    path("subjects/erase/", subjects.erase, name="subjects-erase"),
    path("notices/", include("quyu.platform.notices.urls")),
    path("audit/", include("quyu.shell.audit_urls")),
    path("performance/", include("quyu.apps.performance.web.urls")),
    path("customers/conflicts/", customers.conflicts, name="customer-conflicts"),
    path("customers/conflicts/<path:code>/rule/", customers.rule, name="customer-rule"),
    path("customers/claims/", claims.claims, name="customer-claims"),
    path("customers/claims/new/", claims.new, name="customer-claim-new"),
    path("customers/claims/<int:pk>/", claims.claim_page, name="customer-claim"),
    path("customers/claims/<int:pk>/answer/", claims.answer, name="customer-claim-answer"),
    path("customers/claims/<int:pk>/withdraw/", claims.withdraw, name="customer-claim-withdraw"),
    path("customers/claims/<int:pk>/decide/", claims.decide, name="customer-claim-decide"),
    path("customers/coverage/", division.coverage, name="customer-coverage"),
    path("customers/coverage/proposed/", adopting.page, name="customer-adoptions"),
    path("customers/coverage/proposed/accept/", adopting.accept, name="customer-adopt"),
    path("customers/rules/", division.rule_sets, name="rule-sets"),
    path("customers/rules/new/", division.create, name="rule-set-new"),
    path("customers/rules/assign/", assigning.assign, name="rule-set-assign"),
    path("customers/rules/<int:pk>/", division.rule_set, name="rule-set"),
    path("customers/rules/<int:pk>/add/", division.add, name="rule-add"),
    path("customers/rules/<int:pk>/move/", division.move, name="rule-move"),
    path("customers/rules/<int:pk>/remove/", division.remove, name="rule-remove"),
    path("customers/rules/<int:pk>/submit/", division.submit, name="rule-set-submit"),
    path("customers/rules/<int:pk>/activate/", division.activate, name="rule-set-activate"),
    path("customers/rules/<int:pk>/overlays/", overlays.overlay_page, name="rule-set-overlays"),
    path("customers/rules/<int:pk>/overlays/add/", overlays.add, name="rule-overlay-add"),
    path("customers/rules/<int:pk>/overlays/move/", overlays.move, name="rule-overlay-move"),
    path("customers/rules/<int:pk>/overlays/remove/", overlays.remove, name="rule-overlay-remove"),
    path("customers/dealers/", customers.dealer_list, name="dealers"),
    path("customers/dealers/new/", customers.give_access, name="dealer-give"),
    path("customers/dealers/<int:pk>/end/", customers.end_access, name="dealer-end"),
    path("territories/staffing/", workload.staffing, name="staffing"),
    path("territories/abilities/", abilities.abilities, name="abilities"),
    path("territories/abilities/<int:pk>/", abilities.ability, name="ability"),
    path("territories/alignments/<int:pk>/people/", staffing.people, name="alignment-people"),
    path("territories/alignments/<int:pk>/people/apply/", staffing.apply, name="alignment-people-apply"),
    path("territories/workload/", workload.workload, name="workload"),
    path("territories/workload/standard/", workload.standard_page, name="workload-standard"),
    path("territories/workload/refresh/", workload.refresh, name="workload-refresh"),
    path("territories/<int:pk>/workload/", workload.of_territory, name="workload-territory"),
    path("territories/alignments/<int:pk>/split/", splitting.heavy, name="alignment-splits"),
    path("territories/alignments/<int:pk>/split/unit/", splitting.unit_page, name="alignment-split"),
    path("territories/alignments/<int:pk>/split/drop/", splitting.drop, name="alignment-split-drop"),
    path("territories/alignments/<int:pk>/workload/", workload.of_alignment, name="alignment-workload"),
    path("customers/map/points.json", customer_map.points, name="customer-points"),
    path("customers/map/find.json", customer_map.search, name="customer-find"),
    path("customers/map/at/<str:code>.json", customer_map.here, name="customers-here"),
    path("market/", include("quyu.apps.market.web.urls")),
    path("territories/", include("quyu.apps.territories.web.urls")),
    path("territories/", include("quyu.apps.territories.web.map_urls")),
    path("territories/", include("quyu.apps.territories.web.exchange_urls")),
    path("territories/drift/", include("quyu.apps.drift.web.urls")),
    path("alerts/", include("quyu.apps.monitoring.web.urls")),
    path("cards/", include("quyu.apps.monitoring.web.card_urls")),
    path("meetings/", include("quyu.apps.monitoring.web.meeting_urls")),
    path("given/", include("quyu.apps.monitoring.web.given_urls")),
    path("data-quality/", include("quyu.apps.monitoring.web.quality_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", api.urls(api.api)),
    *viewset_pages.urls(),
]

handler400 = "quyu.shell.errors.bad_request"
handler403 = "quyu.shell.errors.forbidden"
handler404 = "quyu.shell.errors.not_found"
handler429 = "quyu.shell.errors.too_many"  # read by allauth
handler500 = "quyu.shell.errors.failure"
