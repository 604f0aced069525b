"""Writing RESULT.csv whole or not at all: a column per dimension, value, and the columns that explain it."""

import csv as lines
import io
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from quyu.engine.allocation import Problem
from quyu.shell.cli.allocation.bad_input import BadInput

_SPECIAL = '",\r\n'


def refuse_target(out: Path, inputs: tuple[Path, ...]) -> None:
    """Refuses a result file that could not be written or is one of the files read."""
    if out.is_dir():
        raise BadInput("bad_out", "--out 的 {out} 是目录，请写文件名，如 result.csv。", out=out)
    if not out.parent.is_dir():
        raise BadInput("bad_out", "--out 的目录 {folder} 不存在，请先建立。", folder=out.parent)
    for path in inputs:
        if out.exists() and path.exists() and out.samefile(path):
            raise BadInput("bad_out", "--out 的 {out} 是输入文件，写入会毁掉它，请换一个文件名。", out=out)


def write_result(
    out: Path, problem: Problem, values: NDArray[np.int64], more: Mapping[str, pa.Array]
) -> None:
    """One line per cell in the order of the cells read."""
    columns: dict[str, pa.Array] = {
        dimension.name: pa.array(dimension.leaves).take(pa.array(problem.coordinates[:, axis]))
        for axis, dimension in enumerate(problem.dimensions)
    }
    columns |= {"value": pa.array(values), **more}
    is_plain = not any(
        mark in leaf for dimension in problem.dimensions for leaf in dimension.leaves for mark in _SPECIAL
    )
    options = csv.WriteOptions(include_header=False, quoting_style="none" if is_plain else "needed")
    header = io.StringIO()
    lines.writer(header, lineterminator="\n").writerow(columns)
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        whole = Path(file.name)
        try:
            file.write(header.getvalue().encode())
            csv.write_csv(pa.table(columns), file, options)
            file.close()
            whole.chmod(0o666 & ~_umask())
            whole.replace(out)
        except BaseException:
            whole.unlink()
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
