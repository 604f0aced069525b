"""certificate.json: what was checked, what was read, what was written."""

import hashlib
import json
from pathlib import Path

from quyu.shell.plan.figures import PlanFigures


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, figures: PlanFigures, outputs: list[Path]) -> None:
    """One JSON object with sorted keys; anyone can recompute every hash in it."""
    cells = figures.target.astype("<i8").tobytes()
    certificate = {
        "year": figures.axes.year,
        "target_fen": figures.total_fen,
        "shape": {
            "territories": figures.target.shape[0],
            "months": figures.target.shape[1],
            "product_lines": figures.target.shape[2],
        },
        "nodes_checked": figures.nodes_checked,
        "violations": figures.violations,
        "cells_sha256": hashlib.sha256(cells).hexdigest(),
        "inputs": [{"name": s.name, "rows": s.row_count, "sha256": s.sha256} for s in figures.sources],
        "outputs": [{"name": out.name, "sha256": sha256_of(out)} for out in outputs],
    }
    path.write_text(
        json.dumps(certificate, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
