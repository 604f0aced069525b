"""What the customers of a territory take in a year: visits by class, minutes a visit, and the way there."""
