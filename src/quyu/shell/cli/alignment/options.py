"""The options of `quyu align` that are written in a small language of their own."""

import re

from quyu.engine.alignment.params import OBJECTIVES
from quyu.shell.cli.allocation.bad_input import BadInput

DEFAULT_TOLERANCE = 0.05
_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"


def parse_measures(text: str) -> dict[str, float]:
    """`potential:5%,workload:0.1` as fractions; a name alone gets the default tolerance."""
    wanted: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.replace("，", ",").split(","))):
        match = re.fullmatch(rf"([^:：]+?)\s*(?:[:：]\s*{_NUMBER}\s*([%％]?))?", part)
        if match is None:
            raise BadInput("bad_measures", "看不懂 --measures 里的“{part}”，应为 名称:5%。", part=part)
        if match[1] in wanted:
            raise BadInput("bad_measures", "--measures 里“{part}”写了两次，请只留一个。", part=match[1])
        share = float(match[2]) / (100 if match[3] else 1) if match[2] else DEFAULT_TOLERANCE
        if share <= 0:
            raise BadInput("bad_measures", "--measures 里“{part}”的公差要大于 0。", part=part)
        wanted[match[1]] = share
    return wanted


def parse_percent(text: str) -> float:
    """`5%` or `5` as the fraction 0.05."""
    match = re.fullmatch(rf"{_NUMBER}\s*[%％]?", text.strip())
    if match is None or float(match[1]) > 100:
        raise BadInput("bad_max_moved", "看不懂 --max-moved 的“{text}”，应为百分数，如 5%。", text=text)
    return float(match[1]) / 100


def parse_priority(text: str) -> tuple[str, ...]:
    """`balance,compactness,disruption` in any order, one or more of them."""
    named = tuple(filter(None, (piece.strip() for piece in text.replace("，", ",").split(","))))
    for at, name in enumerate(named):
        if name not in OBJECTIVES or name in named[:at]:
            raise BadInput(
                "bad_priority",
                "看不懂 --priority 里的“{part}”：请写 balance、compactness、disruption 中的一项或几项，各写一次。",
                part=name,
            )
    return named
