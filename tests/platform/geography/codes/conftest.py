"""Four counties of 苏州 in a row, and lists of code changes about them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.imports import kinds, pipeline, runs
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything
from tests.people import TODAY

AT = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEAD = "原编码,新编码,变更类型,变更日期,份额,新名称,新上级编码,来源"
UNITS = (
    ("320000", "江苏省", UnitLevel.PROVINCE, "", ""),
    ("320500", "苏州市", UnitLevel.CITY, "320000", "苏州市"),
    *((f"3205{n}", name, UnitLevel.COUNTY, "320500", "苏州市") for n, name in ((11, "甲县"), (12, "乙县"), (13, "丙县"), (14, "丁县"))),
)  # fmt: skip


@dataclass(frozen=True)
class Lists:
    """Lists of code changes, judged and written as the import page does it."""

    folder: Path

    def judged(self, *lines: str) -> pipeline.Prepared:
        path = self.folder / "codes.csv"
        path.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
        context = kinds.Context(None, everything(), AT, TODAY, path.name, pipeline.file_sha256(path))
        return pipeline.prepare(path, kinds.kind("code_change"), context)

    def faults(self, *lines: str) -> list[tuple[int | None, str]]:
        """(row of the file, code) of everything wrong."""
        return [(error.row, error.code) for error in self.judged(*lines).errors]

    def written(self, *lines: str) -> ImportRun:
        found = self.judged(*lines)
        assert found.errors == ()
        return runs.record_try(found, pipeline.commit(found), path=self.folder / "codes.csv", at=AT)

    def undone(self, run: ImportRun, actor: User | None = None) -> None:
        runs.undo(run, reason="导错了文件", actor=actor, at=AT, today=TODAY)


@pytest.fixture
def units(db: None) -> dict[str, BasicUnit]:
    return {
        code: BasicUnit.objects.create(
            code=code, name=name, level=level, parent_code=parent, city=city, province="江苏省"
        )
        for code, name, level, parent, city in UNITS
    }


@pytest.fixture
def lists(units: dict[str, BasicUnit], tmp_path: Path) -> Lists:
    return Lists(tmp_path)
