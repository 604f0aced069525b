"""The filters above the list of imports."""

from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import User


class RunFilter(forms.Form):
    """Which runs: by file name, kind, state, person, and the day of upload (both ends included)."""

    q = forms.CharField(label=_("文件名"), required=False)
    kind = forms.ChoiceField(label=_("种类"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)
    person = forms.ModelChoiceField(User.objects.none(), label=_("导入人"), required=False)
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: object, *, kinds: list[ImportKind], runs: QuerySet[ImportRun], me: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self._runs = runs
        self.fields["kind"].choices = [("", _("全部")), *((kind.id, kind.label) for kind in kinds)]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("全部")), *ImportState.choices]  # type: ignore[attr-defined]
        people = User.objects.filter(pk__in=runs.order_by().values("created_by"))
        self.fields["person"].queryset = people.order_by("username")  # type: ignore[attr-defined]
        if not people.exclude(pk=me.pk).exists():
            del self.fields["person"]

    @property
    def is_narrowing(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.fields)

    def found(self) -> QuerySet[ImportRun]:
        """The runs that pass; a filter that makes no sense is left out."""
        self.is_valid()
        given = self.cleaned_data
        rows = self._runs
        for name, lookup in (("q", "file__name__icontains"), ("kind", "kind"), ("state", "state")):
            if given.get(name):
                rows = rows.filter(**{lookup: given[name]})
        if given.get("person"):
            rows = rows.filter(created_by=given["person"])
        since: date | None = given.get("since")
        until: date | None = given.get("until")
        rows = rows.filter(created_at__date__gte=since) if since else rows
        return rows.filter(created_at__date__lte=until) if until else rows
