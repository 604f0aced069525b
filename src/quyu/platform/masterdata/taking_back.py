"""Taking an import of objects back: rows get their earlier values, created ones go, as far as nobody touched them.

Nothing is taken back by halves: one row that was changed since, or that something needs, refuses the whole
undo and is named.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.imports.kinds import Context, Receipt, Written
from quyu.platform.people.scope import everything
from quyu.platform.viewsets.viewset import Caller, Viewset

NAMED = 20


class CannotTakeBack(Refusal):
    """Some rows of the import are no longer as it left them."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = values.listed(faults[:NAMED]) + ("…" if len(faults) > NAMED else "")
        super().__init__(
            "cannot_take_back",
            "不能撤销，没有改动任何数据：{shown}（共 {count} 行）。",
            shown=shown,
            count=len(faults),
        )


@transaction.atomic
def take_back(viewset: Viewset[Any], written: Sequence[Written], context: Context) -> Receipt:
    """Undo the rows, last first. Raises CannotTakeBack naming every row in the way."""
    caller = Caller(context.actor, context.scope or everything(), context.today, context.at)
    faults: list[str] = []
    for one in sorted(enumerate(written), key=lambda pair: -pair[0]):
        try:
            with transaction.atomic():
                _take_back(viewset, one[1], caller)
        except Refusal as refusal:
            faults.append(_("第 {line} 行：{why}").format(line=one[1].line, why=values.spoken(refusal)))
    if faults:
        raise CannotTakeBack(faults[::-1])
    lines = {one.line for one in written}
    return Receipt(len(lines), {"removed": sum(one.before is None for one in written)})


def _take_back(viewset: Viewset[Any], one: Written, caller: Caller) -> None:
    if one.model != viewset.model._meta.label_lower:
        _remove_beside(one, caller)
        return
    row = viewset.rows(caller).filter(pk=one.key).first()
    if row is None:
        raise Refusal("not_found", "已被删除，或不在您的范围内。")
    if row.version != one.version:
        raise Refusal("changed_since", "{name} 之后又被改过。", name=row)
    if one.before is None:
        viewset.delete(row, caller=caller)
        return
    form = viewset.bind(viewset.form_class(caller), row, one.before)
    if not form.is_valid():
        raise Refusal("no_longer_valid", "{name} 的原值现在不能再写入。", name=row)
    viewset.save(form, expected_version=row.version, caller=caller)


def _remove_beside(one: Written, caller: Caller) -> None:
    """A row that was made beside the object, such as an assignment."""
    model: type[models.Model] = apps.get_model(one.model)
    row: Any = model._default_manager.filter(pk=one.key).first()
    if row is None or getattr(row, "version", one.version) != one.version:
        raise Refusal("changed_since", "{name} 之后又被改过。", name=row or model._meta.verbose_name)
    row._history_user = caller.user
    try:
        row.delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refusal("still_used", "{name} 仍被使用，不能撤销。", name=row) from error
