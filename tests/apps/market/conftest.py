"""A few counties of 江苏, and files of market data about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports import kinds, pipeline, runs
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.scope import everything
from tests.people import TODAY

AT = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
UNITS = (
    ("320000", "江苏省", UnitLevel.PROVINCE, "", ""),
    ("320500", "苏州市", UnitLevel.CITY, "320000", "苏州市"),
    ("320583", "昆山市", UnitLevel.COUNTY, "320500", "苏州市"),
    ("320585", "太仓市", UnitLevel.COUNTY, "320500", "苏州市"),
    ("320582", "张家港市", UnitLevel.COUNTY, "320500", "苏州市"),
)


@dataclass(frozen=True)
class Files:
    """Files of market data, judged and written as the import page does it."""

    folder: Path

    def judged(self, *lines: str) -> pipeline.Prepared:
        path = self.folder / "market.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return self.judged_file(path)

    def judged_file(self, path: Path) -> pipeline.Prepared:
        context = kinds.Context(None, everything(), AT, TODAY, path.name, pipeline.file_sha256(path))
        return pipeline.prepare(path, kinds.kind("market_figure"), context)

    def written(self, *lines: str) -> ImportRun:
        found = self.judged(*lines)
        assert found.errors == ()
        return runs.record_try(found, pipeline.commit(found), path=self.folder / "market.csv", at=AT)

    def undone(self, run: ImportRun) -> None:
        runs.undo(run, reason="导错了文件", actor=None, at=AT, today=TODAY)


@pytest.fixture
def units(db: None) -> dict[str, BasicUnit]:
    """Three counties of 苏州 with their city and province."""
    return {
        code: BasicUnit.objects.create(
            code=code, name=name, level=level, parent_code=parent, city=city, province="江苏省"
        )
        for code, name, level, parent, city in UNITS
    }


@pytest.fixture
def market_files(units: Any, settings: Any, tmp_path: Path) -> Files:
    settings.QUYU_HOME = tmp_path
    return Files(tmp_path)


def faults(found: pipeline.Prepared) -> Sequence[tuple[int | None, str | None, str]]:
    return [(error.row, error.column, error.code) for error in found.errors]
