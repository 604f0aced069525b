"""A small plan with two levels of regions, negative history and an owner missing, for the output tests."""

import numpy as np

from quyu.apps.targets.axes import Axes
from quyu.shell.plan.figures import PlanFigures, SourceFile, TerritoryQuality


def example(*, with_actual: bool = True) -> PlanFigures:
    axes = Axes.from_json(
        {
            "year": 2027,
            "regions": {"HQ": None, "E": "HQ", "T:1": "E", "T:2": "E", "S": "HQ", "T:3": "S"},
            "months": [f"2027-{month:02d}" for month in range(1, 13)],
            "product_lines": ["A", "B"],
            "names": {"HQ": "全国", "E": "华东", "S": "华南", "T:1": "上海", "T:2": "江苏", "T:3": "=广东"},
            "line_names": {"A": "茶饮料", "B": "调味品"},
            "owners": {"T:1": {"name": "王伟"}, "T:2": {"name": "王伟"}},
        }
    )
    rng = np.random.default_rng(5)
    target = rng.integers(1, 9_999_999_99, axes.counts)
    before = target * 9 // 10
    before[0, 0, 0] = -1_234
    return PlanFigures(
        company="示例",
        axes=axes,
        target=target,
        before=before,
        actual=target * 7 // 10 if with_actual else None,
        actual_upto="2027-09-30",
        growth_bp=1_000,
        method=("以上年实绩为基线。",),
        derived=("按列“地区”建立 2 个区域。",),
        sources=(SourceFile("orders.csv", "0" * 64, 12),),
        quality=TerritoryQuality(3, 412, 230, True, 0),
        nodes_checked=510,
        violations=0,
        outlines={"T:1": "M0 0 L100 0 L100 100 Z"},
    )
