"""One walk over the lines: compiled code that finds whose each line is on its day and adds it up, file by file."""
