"""Drift: how the alignment in force goes out of balance month by month, and the smallest repair."""
