"""A company's own boundaries from the page: uploaded, checked in the background, put in place when confirmed."""
