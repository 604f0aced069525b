"""The first page: where do I stand, what should I do next. Built from questions that the apps answer."""
