"""Facts about counties from a wide or a long sheet: dated, with their source, scaled, taken back."""

from datetime import date
from typing import Any

import pytest

from quyu.apps.market.models import Indicator
from quyu.platform.geography.models import MarketFigure
from quyu.platform.geography.selectors import market_figures
from tests.apps.market.conftest import Files, faults
from tests.people import TODAY

WIDE = (
    "区划代码,市,区县,数据日期,人口(万人),GDP(亿元),来源",
    "320583,,,2025-12-31,214.1,5140.61,统计年鉴",
    ",苏州市,太仓,2025-12-31,83.5,,统计年鉴",
)


def preview(found: Any) -> tuple[int, int, int]:
    return tuple(found.findings.preview[name] for name in ("created", "changed", "unchanged"))  # type: ignore[return-value]


@pytest.mark.capability("MKT1", "PLT4")
def test_market_data_are_dated_scaled_and_keep_what_is_blank(market_files: Files) -> None:
    market_files.written(*WIDE)

    assert market_figures("population", TODAY) == {"320583": 2_141_000_000, "320585": 835_000_000}
    assert market_figures("gdp", TODAY) == {"320583": 51_406_100_000_000}
    assert market_figures("gdp", date(2025, 12, 30)) == {}
    assert preview(market_files.judged(*WIDE)) == (0, 0, 3)
    later = market_files.written("区划代码,数据日期,人口(万人),来源", "320583,2025-12-31,215,修订")
    assert market_figures("population", TODAY)["320583"] == 2_150_000_000
    market_files.undone(later)
    assert market_figures("population", TODAY)["320583"] == 2_141_000_000


@pytest.mark.capability("MKT1")
def test_of_several_days_the_newest_by_the_day_counts(market_files: Files) -> None:
    for day, people in (("2024-12-31", 200), ("2025-12-31", 214), ("2023-12-31", 190)):
        market_files.written("区划代码,数据日期,人口(万人),来源", f"320583,{day},{people},年鉴")

    assert market_figures("population", TODAY) == {"320583": 2_140_000_000}
    assert market_figures("population", date(2025, 6, 30)) == {"320583": 2_000_000_000}
    assert MarketFigure.objects.count() == 3
    assert set(MarketFigure.objects.values_list("source", flat=True)) == {"年鉴"}


@pytest.mark.capability("MKT1")
def test_a_long_sheet_names_indicator_value_and_unit(market_files: Files) -> None:
    Indicator.objects.create(code="schools", name="中小学数", kind="number")
    market_files.written(
        "省,市,区县,指标,数值,计量单位,数据日期,来源",
        "江苏省,苏州市,昆山市,常住人口,214.1,万人,2025-12-31,年鉴",
        "江苏省,苏州市,昆山市,GDP,5140.61,亿元,2025-12-31,年鉴",
        "江苏省,苏州市,昆山市,经济增速,-1.5,%,2025-12-31,年鉴",
        "江苏省,苏州市,昆山市,中小学数,88,所,2025-12-31,教育局",
    )

    said = dict(MarketFigure.objects.values_list("measure", "value"))
    assert said == {
        "population": 2_141_000_000,
        "gdp": 51_406_100_000_000,
        "growth": -150,
        "schools": 88_000,
    }


@pytest.mark.capability("MKT1")
def test_an_indicator_of_the_company_is_a_column_of_the_wide_sheet(market_files: Files) -> None:
    lines = ("区划代码,数据日期,来源,中小学数,人口", "320585,2025-12-31,教育局,41,1")
    market_files.written(*lines)
    assert not MarketFigure.objects.filter(measure="schools").exists()

    Indicator.objects.create(code="schools", name="中小学数", kind="number")
    market_files.written(*lines)

    assert market_figures("schools", TODAY) == {"320585": 41_000}


def test_rows_that_cannot_be_facts_are_named_by_row_and_column(market_files: Files) -> None:
    wide = market_files.judged(
        "区划代码,数据日期,人口,来源",
        "999999,2025-12-31,1,年鉴",
        "320583,2026-07-01,1,年鉴",
        "320585,2025-12-31,1,年鉴",
        "320585,2025-12-31,2,年鉴",
        "320582,2025-12-31,-2,年鉴",
        "320582,2024-12-31,2,",
    )
    assert sorted(faults(wide), key=str) == sorted(
        [
            (2, "区划代码", "unknown_region"),
            (3, "数据日期", "future_date"),
            (5, "人口", "duplicate_line"),
            (6, "人口", "bad_value"),
            (7, "来源", "required"),
        ],
        key=str,
    )
    long = market_files.judged(
        "区划代码,指标,数值,数据日期,来源", "320583,幸福感,1,2025-12-31,年鉴", "320585,,1,2025-12-31,年鉴"
    )
    assert faults(long) == [(2, "指标", "unknown_indicator"), (3, "指标", "required")]
    assert MarketFigure.objects.count() == 0


def test_a_file_without_source_or_day_is_refused(market_files: Files) -> None:
    found = market_files.judged("区划代码,人口", "320583,1")

    assert {(error.column, error.code) for error in found.errors} == {
        ("数据日期", "missing_column"),
        ("来源", "missing_column"),
    }
