"""Codes that change: published lists kept as rows, judged, shown for what they touch, followed in one transaction."""
