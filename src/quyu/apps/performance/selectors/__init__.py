"""Reads: where every node stands, who bought, which lines, and cuts by any two dimensions."""
