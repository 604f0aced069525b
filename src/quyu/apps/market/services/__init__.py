"""Verbs about the market of counties."""
