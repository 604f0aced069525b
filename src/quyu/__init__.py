"""Quyu 区域: regional sales target management, exact to the fen."""

__version__ = "0.1.0"
