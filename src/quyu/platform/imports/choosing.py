"""What a person chooses between two previews: columns, answers, what may be created, the sheet."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.runs import OPEN_STATES, NotConfirmable


@transaction.atomic
def choose(
    run: ImportRun,
    *,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    create: Sequence[str],
    sheet: str,
) -> ImportRun:
    """Keep what the person chose; the next preview obeys it. Another sheet is recognised from the beginning."""
    run = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("file", "created_by").get(pk=run.pk)
    )
    if run.state not in OPEN_STATES:
        raise NotConfirmable(run)
    is_other_sheet = bool(sheet) and sheet != run.preview.get("sheet_name", "")
    run.mapping = {} if is_other_sheet else dict(mapping)
    run.options = {
        **run.options,
        "answers": {} if is_other_sheet else dict(answers),
        "create": list(create),
        "sheet": sheet,
        "unchecked": True,
    }
    run.version += 1
    run.save(update_fields=["mapping", "options", "version"])
    return run


def start_over(run: ImportRun) -> ImportRun:
    """Take back every choice, remembered or made on the page; the next preview recognises the file by itself."""
    run = choose(run, mapping={}, answers={}, create=run.options.get("create", []), sheet="")
    run.preview = {**run.preview, "recalled": False}
    run.options = {**run.options, "recall": False, "asked": {}}
    run.save(update_fields=["preview", "options"])
    return run
