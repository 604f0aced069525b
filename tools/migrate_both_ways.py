"""Takes the database of a site back to the first version of every table and forward again, and compares.

    QUYU_HOME=... python tools/migrate_both_ways.py            # a copy of a site, never the site itself
    QUYU_HOME=... python tools/migrate_both_ways.py --initial  # only make the tables of the first version

What the first version knew must be there again, column by column; the audit trail must verify before,
in the form of the first version while back, and after. Ends with 1 and the differences when not.
"""

import argparse
import json
import os
import sys
from typing import Any

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from quyu.kernel.deferred import deferred
from quyu.platform.audit import links
from quyu.platform.audit.links import Entry

chain = deferred("quyu.platform.audit.chain")  # knows models, so it waits for the site
WRITTEN_ANEW = {"targets_cellchunk": {"blob"}, "targets_planversion": {"axes"}}
"""Columns that say the same in another form while back (tests/apps/targets/test_patches_migration.py reads both)."""
LINKED_ANEW = {"audit_decision": {"previous_digest", "digest"}, "audit_chainhead": {"digest"}}
Rows = dict[str, dict[str, list[tuple[Any, ...]]]]


Target = tuple[str, str | None]


def first_version(executor: MigrationExecutor) -> list[Target]:
    """The last initial migration of each of our apps; nothing of an app that came later; the newest of everybody else's."""
    graph, loader = executor.loader.graph, executor.loader
    ours: dict[str, Target] = {}
    for label, name in sorted(graph.nodes):
        migration = loader.get_migration(label, name)
        if migration.__module__.startswith("quyu.") and migration.initial:
            needed = (loader.get_migration(*node) for node in graph.forwards_plan((label, name)))
            came_later = any(one.__module__.startswith("quyu.") and not one.initial for one in needed)
            ours[label] = (label, None if came_later else name)
    return [*ours.values(), *(node for node in graph.leaf_nodes() if node[0] not in ours)]


def migrate(targets: list[Target]) -> None:
    MigrationExecutor(connection).migrate(targets)


def columns() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        names = [
            table for table in connection.introspection.table_names(cursor) if table != "django_migrations"
        ]
        return {
            table: [column.name for column in connection.introspection.get_table_description(cursor, table)]
            for table in names
        }


def contents(known: dict[str, list[str]]) -> Rows:
    """Every row of these columns, sorted, with the columns that are linked anew left out."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, names in known.items():
            kept = sorted(set(names) - LINKED_ANEW.get(table, set()))
            listed = ", ".join(f'"{name}"' for name in kept)
            cursor.execute(f'SELECT {listed} FROM "{table}"')  # nosec B608
            found[table] = {"columns": [tuple(kept)], "rows": sorted(cursor.fetchall(), key=repr)}
    return found


def projected(found: Rows, known: dict[str, list[str]]) -> Rows:
    """The same rows with only these columns."""
    cut: Rows = {}
    for table, names in known.items():
        kept = tuple(sorted(set(names) - LINKED_ANEW.get(table, set())))
        places = [found[table]["columns"][0].index(name) for name in kept]
        rows = [tuple(row[place] for place in places) for row in found[table]["rows"]]
        cut[table] = {"columns": [kept], "rows": sorted(rows, key=repr)}
    return cut


def differences(before: Rows, after: Rows) -> list[str]:
    """The tables that differ, with the first row that is on one side only."""
    told = []
    for table in sorted(before):
        one, other = before[table]["rows"], after[table]["rows"]
        if one != other:
            extra = [row for row in one if row not in other][:1] + [row for row in other if row not in one][
                :1
            ]
            told.append(f"{table}: {len(one)} rows before, {len(other)} after; {extra!r:.300}")
    return told


def plain_chain_holds() -> bool:
    """Whether the trail verifies as the first version does it."""
    executor = MigrationExecutor(connection)
    known = [(label, name) for label, name in first_version(executor) if name is not None]
    previous, apps = "", executor.loader.project_state(known).apps
    for row in apps.get_model("audit", "Decision").objects.order_by("pk"):
        entry = Entry(
            row.pk, 0, row.at.date(), row.actor_id, row.verb, row.subject_type, row.subject_id, row.subject_label,
            row.detail, row.reason, row.at, "", "", row.previous_digest, row.digest, "",
        )  # fmt: skip
        if row.previous_digest != previous or links.plain_digest(entry) != row.digest:
            return False
        previous = row.digest
    head = apps.get_model("audit", "ChainHead").objects.first()
    return head is None or head.digest == previous


def both_ways() -> list[str]:
    """What is not as it was."""
    executor = MigrationExecutor(connection)
    first, newest = first_version(executor), executor.loader.graph.leaf_nodes()
    migrate(newest)
    faults = [] if chain.verify_chain().is_intact else ["the trail is broken before"]
    now = columns()
    whole = contents(now)
    migrate(first)
    if not plain_chain_holds():
        faults.append("the trail does not verify in the first version")
    shared = {
        table: [name for name in names if name in now[table]]
        for table, names in columns().items()
        if table in now
    }
    same = {table: sorted(set(names) - WRITTEN_ANEW.get(table, set())) for table, names in shared.items()}
    before, back = projected(whole, same), contents(shared)
    migrate(newest)
    forward = contents(shared)
    if not chain.verify_chain().is_intact:
        faults.append("the trail is broken after")
    print(json.dumps({"tables": len(shared), "rows": sum(len(found["rows"]) for found in back.values())}))
    return [*faults, *differences(before, projected(back, same)), *differences(back, forward)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--initial", action="store_true")
    is_initial = parser.parse_args().initial
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quyu.shell.settings")
    django.setup()
    if is_initial:
        migrate(first_version(MigrationExecutor(connection)))
        return 0
    faults = both_ways()
    print("\n".join(faults) or "back and forward: equal")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
