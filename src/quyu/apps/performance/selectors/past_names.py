"""The names, and by them the lines, of a past day: what a drill-down below a past report reads."""

from datetime import date

from quyu.apps.performance.directory import Directory, directory, directory_of
from quyu.apps.performance.selectors.sources import end_of, kept_frame, past, structure_at
from quyu.apps.performance.then import Then


def directory_on(day: date | None) -> Directory:
    """The directory of now, or as known at the end of a past day. Raises NothingRecorded, FrameLost."""
    if day is None:
        return directory()
    mark = past(day).mark
    basis, _ids = structure_at(mark)
    return directory_of(Then(day, end_of(day), mark.last_batch, basis), kept_frame(mark.regions_digest))
