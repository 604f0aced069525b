"""Dividing customers by rules beside the map: by industry, kind, class, channel, place, name, product line."""
