"""The history behind a plan: what is chosen about it, how it is read and cleaned, and the base it gives."""
