"""A past moment of the facts: which batches there were, and for whom their lines counted."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from quyu.apps.performance.bases import Basis
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch


@dataclass(frozen=True, eq=False)
class Then:
    """The facts as they stood at the end of `day`; `end` is the first moment after it."""

    day: date
    end: datetime
    last_batch: int
    basis: Basis

    def keep_attributions(self, batches: Sequence[Batch]) -> None:
        """Have the attribution of each batch on disk, as it was then: ownerships no longer in use are cleared away."""
        folder = store.root() / attribution.FOLDER / self.basis.ownership_digest
        if folder.is_dir():
            os.utime(folder)
        for batch in batches:
            path = attribution.path_of(batch, self.basis.ownership_digest)
            if not path.exists():
                attribution.put(path, attribution.attribute_lines(store.read(batch), self.basis.ownership))
