"""The digest of a version: one number that stands for its cells, its total and its log."""

import hashlib
import json

from quyu.apps.targets import store
from quyu.apps.targets.axes import Cells
from quyu.apps.targets.models import Operation, PlanVersion


def version_digest(version: PlanVersion, cells: Cells | None = None) -> str:
    """SHA-256 over plan, version, total, cells and the last link of the log; printed on letters."""
    last = Operation.objects.filter(plan_version=version).order_by("-sequence").values_list("digest").first()
    stored = store.load(version) if cells is None else cells
    said = [version.plan_id, version.number, version.total_fen, store.digest(stored), last[0] if last else ""]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
