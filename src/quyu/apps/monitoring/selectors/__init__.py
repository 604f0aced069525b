"""Reading figures, alerts and what came in."""
