"""Pages of the drift alarm."""
