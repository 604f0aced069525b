"""Monitoring: alerts on the figures of the board, what is done about them, and whether it helped."""
