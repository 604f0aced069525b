"""The addresses of rounds, talks, gaps, hedges and minutes."""

from django.urls import path

from quyu.apps.targets.web import gaps, hedges, minutes, rounds, staffing, talks

urlpatterns = [
    path("mine/", talks.mine, name="my-targets"),
    path("<int:pk>/round/", rounds.page, name="target-round"),
    path("<int:pk>/round/start/", rounds.start, name="round-start"),
    path("<int:pk>/round/remind/", rounds.remind, name="round-remind"),
    path("<int:pk>/round/close/", rounds.close, name="round-close"),
    path("<int:pk>/gap/", gaps.page, name="target-gap"),
    path("<int:pk>/gap/share/", gaps.share, name="gap-share"),
    path("<int:pk>/uplift/", hedges.page, name="target-uplift"),
    path("<int:pk>/uplift/apply/", hedges.apply, name="uplift-apply"),
    path("<int:pk>/staffing/", staffing.page, name="target-staffing"),
    path("<int:pk>/staffing/out/", staffing.out, name="staffing-out"),
    path("<int:pk>/staffing/hold/", staffing.hold, name="staffing-hold"),
    path("<int:pk>/staffing/split/", staffing.split, name="staffing-split"),
    path("<int:pk>/minutes/", minutes.page, name="target-minutes"),
    path("minutes/<int:pk>/", minutes.show, name="minutes"),
    path("minutes/<int:pk>/pdf/", minutes.pdf, name="minutes-pdf"),
    path("node/<int:pk>/", talks.talk, name="negotiation"),
    path("node/<int:pk>/answer/", talks.answer, name="negotiation-answer"),
    path("node/<int:pk>/decide/", talks.decide, name="negotiation-decide"),
    path("node/<int:pk>/hand-down/", rounds.hand_down, name="node-hand-down"),
    path("node/<int:pk>/confirm/", rounds.confirm, name="node-confirm"),
    path("node/<int:pk>/send-back/", rounds.send_back, name="node-send-back"),
    path("evidence/<int:pk>/", talks.evidence, name="evidence"),
]
