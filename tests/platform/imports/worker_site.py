"""Run by tests as a program with its own QUYU_HOME: puts a file through the worker's process and reports.

    python -m tests.platform.imports.worker_site FILE [cancel] [known]

`known`: the customers and products of the file are there already.

Prints one JSON line: state, rows, amount, errors, batches left, peak memory of the process in MB.
"""

import json
import os
import resource
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

AT, TODAY = datetime(2026, 6, 15, 9, tzinfo=UTC), date(2026, 6, 15)


def main(path: Path, is_cancelled: bool, is_known: bool) -> None:
    make_tables()
    office = OrgUnit.objects.create(code="HQ", name="总部", kind="head_office")
    user = User.objects.create(username="ops")
    RoleGrant.objects.create(
        user=user, role=Role.SALES_OPERATIONS, org_unit=office, valid_from=date(2020, 1, 1)
    )
    if is_known:
        line = ProductLine.objects.create(code="L", name="产品线")
        Customer.objects.bulk_create(Customer(code=f"客户{i}", name=f"客户{i}") for i in range(97))
        Product.objects.bulk_create(Product(code=f"产品{i}", name=f"产品{i}", line=line) for i in range(11))
    with path.open("rb") as file:
        run = runs.upload(kind="orders", upload=File(file, name=path.name), actor=user, at=AT)
    runs.await_preview(run, at=AT)
    apart.carry_out(run, "preview", at=AT, today=TODAY)
    run.refresh_from_db()
    if run.state == "previewed":
        runs.confirm(run, partial=False, at=AT)
        worker = threading.Thread(
            target=apart.carry_out, args=(run, "execute"), kwargs={"at": AT, "today": TODAY}
        )
        worker.start()
        if is_cancelled:
            while ImportRun.objects.get(pk=run.pk).phase != "reading":
                time.sleep(0.02)
            runs.cancel(ImportRun.objects.get(pk=run.pk), actor=user, at=AT)
        worker.join()
        run.refresh_from_db()
    report = {
        "state": run.state,
        "amount_fen": run.receipt.get("amount_fen"),
        "errors": [error["code"] for error in run.errors],
        "batches": Batch.objects.count(),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "quyu.shell.settings"
    import django

    django.setup()
    from django.core.files.base import File

    from quyu.apps.customers.models import Customer
    from quyu.platform.catalog.models import Product, ProductLine
    from quyu.platform.facts.models import Batch
    from quyu.platform.imports import apart, runs
    from quyu.platform.imports.models import ImportRun
    from quyu.platform.people.choices import Role
    from quyu.platform.people.models import OrgUnit, RoleGrant, User
    from tests.migrated import make_tables

    main(Path(sys.argv[1]), "cancel" in sys.argv[2:], "known" in sys.argv[2:])
