"""Pages and JSON of the targets; addresses in `urls`."""
