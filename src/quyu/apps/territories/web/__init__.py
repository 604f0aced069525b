"""Pages and JSON of territories and alignments."""
