"""Order files for tests."""

from pathlib import Path

HEADER = "订单号,订单日期,客户,产品,数量,金额"
GOOD = ("SO1,2026-05-04,甲商行,茶,2,100.00", "SO2,2026-06-01,乙超市,水,-1,-50.50")


def order_file(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join((header, *(rows or GOOD))).encode(encoding))
    return path
