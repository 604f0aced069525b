"""The whole matrix: every topic x account x day x row, drawn so that every role, relation and answer comes first.

A decision is one request of one account on one day, judged on its status, on every mark and amount that
can be read of the answer, on the completeness of lists, and on the rows it changed.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from tests.authorization import (
    catalog_alignments,
    catalog_baseline,
    catalog_business,
    catalog_cards,
    catalog_codes,
    catalog_drift,
    catalog_exchange,
    catalog_given,
    catalog_grid,
    catalog_imports,
    catalog_letters,
    catalog_map,
    catalog_market,
    catalog_objects,
    catalog_people,
    catalog_personal,
    catalog_plans,
    catalog_rounds,
    catalog_rules,
    catalog_scenarios,
    catalog_settings,
    catalog_staffing,
    catalog_views,
    catalog_watch,
    coverage,
)
from tests.authorization.questions import Case, Topic, gate, judge
from tests.authorization.relations import relation
from tests.authorization.site import Site
from tests.authorization.tally import Result
from tests.authorization.world import DAYS

MANY = 120
"""From so many questions on, a topic is asked about every row; below, about some."""


def all_topics() -> list[Topic]:
    """Every kind of request, the methods nobody should use among them."""
    known = [
        *catalog_objects.topics(),
        *catalog_people.topics(),
        *catalog_business.topics(),
        *catalog_alignments.topics(),
        *catalog_drift.topics(),
        *catalog_exchange.topics(),
        *catalog_plans.topics(),
        *catalog_grid.topics(),
        *catalog_scenarios.topics(),
        *catalog_baseline.topics(),
        *catalog_letters.topics(),
        *catalog_settings.topics(),
        *catalog_staffing.topics(),
        *catalog_rounds.topics(),
        *catalog_rules.topics(),
        *catalog_market.topics(),
        *catalog_map.topics(),
        *catalog_codes.topics(),
        *catalog_imports.topics(),
        *catalog_personal.topics(),
        *catalog_watch.topics(),
        *catalog_cards.topics(),
        *catalog_given.topics(),
        *catalog_views.topics(),
    ]
    return [*known, *coverage.other_methods(known)]


def order(text: str) -> int:
    """A fixed shuffle: the same cases in the same order on every machine and day."""
    return zlib.crc32(text.encode())


def cases(topic: Topic, site: Site, most_rows: int | None = None) -> Iterator[Case]:
    """Every combination (of at most so many rows), strata (role set, relation, way it is turned away) in turn."""
    strata: dict[tuple[object, ...], list[Case]] = defaultdict(list)
    rows = sorted(topic.rows(site), key=lambda pk: order(f"{topic.name}{pk}"))[:most_rows]
    for account, user in site.accounts.items():
        for day in DAYS:
            roles = ",".join(sorted(site.oracle.roles(user, day))) if user else "anonymous"
            for pk in rows:
                case = Case(account, day, pk)
                strata[roles, relation(topic, site, case), gate(topic, site, case)].append(case)
    for stratum in strata.values():
        stratum.sort(key=lambda case: order(f"{topic.name}{case.account}{case.day}{case.pk}"))
    keys = sorted(strata, key=lambda key: order(f"{topic.name}{key}"))
    let_in = in_turn([strata[key] for key in keys if key[2] is None])
    turned_away = in_turn([strata[key] for key in keys if key[2] is not None])
    for pair in zip_longest(let_in, turned_away):
        yield from (case for case in pair if case is not None)


def in_turn(strata: list[list[Case]]) -> Iterator[Case]:
    """The first case of each stratum, then the second of each."""
    for layer in zip_longest(*strata):
        yield from (case for case in layer if case is not None)


def draw(
    topics: Sequence[Topic], site: Site, decisions: int, share: tuple[int, int] = (0, 1)
) -> Iterator[tuple[Topic, Case]]:
    """The first cases of each topic, as many as its weight gives it; `share` = (number, of how many) workers."""
    total = sum(topic.weight for topic in topics)
    spare = 0.0
    for topic in sorted(topics, key=lambda topic: len(topic.rows(site))):
        fair = decisions * topic.weight / total + spare
        quota = int(fair)
        taken = 0
        for case in cases(topic, site, None if quota > MANY else 2 + quota // 3):
            if taken >= quota:
                break
            taken += 1
            # not in turn: what is let in, and costs the most, often comes at every second place
            if order(f"{topic.name} {taken}") % share[1] == share[0]:
                yield topic, case
        spare = fair - taken


def run(site: Site, asked: Iterable[tuple[Topic, Case]], *, stop_at: int | None = None) -> Result:
    """Judge the cases; `stop_at` ends after that many disagreements."""
    result = Result()
    for topic, case in asked:
        faults = judge(topic, site, case)
        result.decisions += 1
        result.by_topic[topic.name] += 1
        result.by_relation[relation(topic, site, case)] += 1
        result.by_answer[str(gate(topic, site, case) or "let in")] += 1
        result.by_day[str(case.day)] += 1
        user = site.accounts[case.account]
        result.by_role[",".join(sorted(site.oracle.roles(user, case.day))) if user else "anonymous"] += 1
        place = f"{topic.method} {topic.name} as {case.account} on {case.day} about {case.pk}"
        result.disagreements += [f"{place}: {fault}" for fault in faults]
        if stop_at is not None and len(result.disagreements) >= stop_at:
            break
    return result


def left_out(topics: Iterable[Topic]) -> list[str]:
    """Routes and operations that no topic fills, and topics whose route is gone."""
    known = list(topics)
    return [f"no topic asks {lost}" for lost in coverage.missing(known)] + [
        f"no such route: {route}" for route in coverage.gone(known)
    ]
