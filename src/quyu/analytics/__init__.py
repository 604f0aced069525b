"""Measures over facts: formulas of attainment, the metric registry, and the connection they run on."""
