"""The columns of `--explain`: base, share, factor, bound_by, remainder_rank."""

import numpy as np
import pyarrow as pa

from quyu.engine.allocation import BOUND_BY, Result, reasons


def reason_columns(result: Result) -> dict[str, pa.Array]:
    """Where nothing bound a cell, base x factor is its value before rounding, after an edit as well.

    After an edit the base of a cell is what it held before, and the factor what that is multiplied by.
    """
    found = reasons(result)
    has_before = found.before != 0
    moved = ~np.isnan(found.factor)
    is_shift = moved & has_before
    base = np.where(has_before, found.before, found.weight)
    growth = np.divide(found.weight * found.factor, found.before, out=np.zeros(base.size), where=is_shift)
    factor = np.where(is_shift, 1 + growth, found.factor)
    is_locked = found.bound_by == BOUND_BY.index("lock")
    base[is_locked] = result.problem.base[is_locked]
    factor[is_locked] = np.nan
    names = pa.array([name and str(name) for name in BOUND_BY])
    ranks = found.remainder_rank
    given = result.problem.base
    is_given = bool((base == given).all())
    is_whole = bool((base == np.rint(base)).all()) and bool((np.abs(base) < 2**53).all())
    return {
        "base": pa.array(given if is_given else base.astype(np.int64) if is_whole else base),
        "share": pa.array(found.share),
        "factor": pa.array(factor, mask=np.isnan(factor)),
        "bound_by": names.take(pa.array(found.bound_by)),
        "remainder_rank": pa.array(ranks, mask=ranks == 0),
    }
