"""Values without I/O: money, quantities, rates, rounding, periods, trees, measures, refusals."""
