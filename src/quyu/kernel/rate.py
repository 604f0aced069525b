"""Rates are integers: basis points (1/10,000); never percent floats."""

BP = 10_000


def _round_half_up(numerator: int, denominator: int) -> int:
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def ratio_bp(part: int, whole: int) -> int | None:
    """`part / whole` in basis points, half up (away from zero); None where the whole is zero."""
    return _round_half_up(part * BP, whole) if whole else None


def growth_bp(now: int, before: int) -> int | None:
    """Growth on `before` in basis points; None where there was nothing (or less) to grow from."""
    return _round_half_up((now - before) * BP, before) if before > 0 else None


def apply_bp(amount: int, bp: int) -> int:
    """`amount x bp / 10,000`, half up."""
    return _round_half_up(amount * bp, BP)


def format_bp(bp: int) -> str:
    """Basis points as a percentage with two decimals: `1234` -> `"12.34%"`."""
    sign = "-" if bp < 0 else ""
    return f"{sign}{abs(bp) // 100}.{abs(bp) % 100:02d}%"
