"""What a person fills in to start a round, to answer, to decide, to share a gap, to hedge and to take minutes."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.choices import Direction, MoveKind
from quyu.apps.targets.selectors.gaps import ShareBy
from quyu.apps.targets.services.rounds import Band
from quyu.apps.targets.services.staffing import ShareBy as StaffingShareBy
from quyu.kernel.measure import parse_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.files.kinds import require_readable
from quyu.platform.people.forms import day_field
from quyu.platform.people.models import Person

MOST_FILES = 5
MOST_BYTES = 10 << 20
MOST_FIGURES = 12
ANSWERS = (MoveKind.ACCEPT, MoveKind.COUNTER, MoveKind.COMMENT)
DECISIONS = (MoveKind.AGREE, MoveKind.DECLINE, MoveKind.PROPOSE)


class PercentField(forms.DecimalField):
    """Percent as people write it, kept as int basis points."""

    def __init__(self, **options: Any) -> None:
        super().__init__(decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else int(percent * 100)


class NumberField(forms.CharField):
    """A value in the displayed unit of the measure, kept as its stored integer; empty is None."""

    unit = "fen"

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            return parse_value(text, self.unit)
        except Refusal as refusal:
            raise forms.ValidationError(spoken(refusal)) from refusal


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to five files of 10 MB each, of a kind that people read."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES or any(file.size > MOST_BYTES for file in given):
            raise forms.ValidationError(_("一次最多 5 个文件，每个不超过 10 MB。"))
        for file in given:
            try:
                require_readable(file)
            except Refusal as refusal:
                raise forms.ValidationError(spoken(refusal)) from refusal
        return [super(FilesField, self).clean(file, initial) for file in given]


class RoundForm(forms.Form):
    """A round with one pair of bands for each level that has people below it."""

    title = forms.CharField(label=_("名称"), max_length=80)
    message = forms.CharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    due_on = day_field(_("截止日"))
    direction = forms.ChoiceField(label=_("方式"), choices=Direction.choices)

    def __init__(self, *args: Any, levels: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.levels = list(levels)
        for depth, label in self.levels:
            self.fields[f"total_{depth}"] = PercentField(
                label=gettext("%(level)s：本级合计可浮动（%%）") % {"level": label}, min_value=0, max_value=100,
                initial=0, help_text=_("0 表示必须保持下达的合计。"),
            )  # fmt: skip
            self.fields[f"child_{depth}"] = PercentField(
                label=gettext("%(level)s：每个下级可浮动（%%）") % {"level": label}, min_value=0, max_value=1000,
                initial=5, required=False, help_text=_("留空表示不限。"),
            )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        """The keywords of `start_round`."""
        given = self.cleaned_data
        bands = tuple(
            Band(depth, given[f"total_{depth}"], given[f"child_{depth}"]) for depth, _label in self.levels
        )
        return {name: given[name] for name in ("title", "message", "due_on", "direction")} | {"bands": bands}


class SpeakForm(forms.Form):
    """One thing said: what, which number, why, on which figures, with which files."""

    kind = forms.ChoiceField(choices=MoveKind.choices)
    number = NumberField(label=_("数"), required=False, max_length=40)
    text = forms.CharField(label=_("理由"), required=False, max_length=1000)
    figures = forms.CharField(label=_("依据数据"), required=False, max_length=2000)
    evidence = FilesField(label=_("附件"), required=False, widget=FilesInput)
    token = forms.CharField(max_length=36)
    version = forms.IntegerField(min_value=0)

    def __init__(
        self, *args: Any, unit: str, kinds: Iterable[MoveKind], months: Iterable[str] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        kind: Any = self.fields["kind"]
        kind.choices = [(found.value, found.label) for found in kinds]
        self.months = tuple(months)
        for name in self.months:
            self.fields[f"month_{name}"] = NumberField(label=name, required=False, max_length=40)
        for field in self.fields.values():
            if isinstance(field, NumberField):
                field.unit = unit

    def clean_figures(self) -> list[tuple[str, str]]:
        """`名称：数值`, one a line."""
        lines = [line for line in self.cleaned_data["figures"].splitlines() if line.strip()]
        if len(lines) > MOST_FIGURES:
            raise forms.ValidationError(_("依据数据最多 12 行。"))
        pairs = [re.split(r"[:：]", line, maxsplit=1) for line in lines]
        return [(pair[0].strip()[:60], pair[1].strip()[:120] if len(pair) > 1 else "") for pair in pairs]

    def by_month(self) -> dict[str, int]:
        """The months that were filled in; all or none, empty ones count as zero beside others."""
        given = {name: self.cleaned_data.get(f"month_{name}") for name in self.months}
        return {name: value or 0 for name, value in given.items()} if any(given.values()) else {}


class ShareForm(forms.Form):
    """How to share a gap."""

    method = forms.ChoiceField(label=_("方法"), choices=ShareBy.choices)
    cap = PercentField(label=_("每人最多增加（%）"), min_value=0, max_value=100)


class UpliftForm(forms.Form):
    """How much more a node hands down than it carries, and the most for one child."""

    region = forms.ChoiceField(label=_("层级（节点）"))
    uplift = PercentField(label=_("加码（%）"), min_value=0, max_value=50)
    cap = PercentField(label=_("每个下级最多加（%）"), min_value=0, max_value=100)
    reason = forms.CharField(label=_("原因"), max_length=300, required=False)

    def __init__(self, *args: Any, regions: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        region: Any = self.fields["region"]
        region.choices = list(regions)


class MinutesForm(forms.Form):
    """Minutes of a talk."""

    title = forms.CharField(label=_("标题"), max_length=80)
    held_on = day_field(_("会议日期"))
    text = forms.CharField(label=_("纪要"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("held_on", today)


class ShareOutForm(forms.Form):
    """Which territory its neighbours share, and how."""

    region = forms.CharField(label=_("区域"), max_length=60)
    method = forms.ChoiceField(label=_("分法"), choices=StaffingShareBy.choices)


class SplitForm(forms.Form):
    """`工号 比例%`, one person a line; empty: its holder alone."""

    region = forms.CharField(label=_("区域"), max_length=60)
    shares = forms.CharField(label=_("分担比例"), required=False, max_length=1000)

    def __init__(self, *args: Any, people: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = people

    def clean_shares(self) -> list[tuple[Person, int]]:
        """People within reach by code, or by a name only one has, with basis points."""
        found: list[tuple[Person, int]] = []
        for line in self.cleaned_data["shares"].splitlines():
            match = re.fullmatch(r"\s*(\S+)[\s,，:：]+(\d{1,3}(?:\.\d{1,2})?)\s*[%％]?\s*", line)
            if not line.strip():
                continue
            named = list(self.people.filter(Q(code=match[1]) | Q(name=match[1]))[:2]) if match else []
            if match is not None and not named:
                raise forms.ValidationError(
                    _("“%(who)s”不在您范围内的人员中，请核对工号或姓名。"), params={"who": match[1]}
                )
            if match is not None and len(named) > 1:
                raise forms.ValidationError(_("有几个人叫“%(who)s”，请写工号。"), params={"who": match[1]})
            if match is None:
                raise forms.ValidationError(
                    _("“%(line)s”看不懂：每行写工号（或姓名）和百分比，如“E001 60%%”。"),
                    params={"line": line.strip()},
                )
            found.append((named[0], int(Decimal(match[2]) * 100)))
        return found
