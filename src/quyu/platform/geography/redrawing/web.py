"""自有边界: a file uploaded, what it would do, and putting it in place; boundaries are those of the whole company."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit, BoundaryUpload
from quyu.platform.geography.redrawing import running
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

LISTED, NAMED = 20, 60
LISTS = ("replaced", "added", "absent", "repaired")


class BoundaryForm(forms.Form):
    """The file, and which of its fields say what."""

    file = forms.FileField(
        label=gettext_lazy("边界文件"),
        help_text=gettext_lazy("GeoJSON，或一个 shapefile 打成的 zip（含 .shp .dbf .prj）"),
    )
    code_field = forms.CharField(
        label=gettext_lazy("编码字段"),
        max_length=60,
        initial="adcode",
        help_text=gettext_lazy("区县是六位区划代码"),
    )
    name_field = forms.CharField(label=gettext_lazy("名称字段"), max_length=60, initial="name")
    level = forms.ChoiceField(
        label=gettext_lazy("新单元的级别"), choices=UnitLevel.choices, initial=UnitLevel.OTHER,
        help_text=gettext_lazy("编码认不出的会成为新单元"),
    )  # fmt: skip


@guard.require("territory", "import")
def uploads(request: GuardedRequest) -> HttpResponse:
    """The form, and the files there were."""
    guard.require_everything(request)
    form = BoundaryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = running.upload(
            content=said["file"],
            code_field=said["code_field"],
            name_field=said["name_field"],
            level=said["level"],
            actor=request.user,
            at=request.now,
        )
        return redirect("boundary-upload", pk=made.pk)
    rows = BoundaryUpload.objects.select_related("file", "created_by")[:LISTED]
    return render(request, "geography/boundaries.html.jinja", {"form": form, "rows": rows})


@guard.require("territory", "import")
def upload_page(request: GuardedRequest, pk: int) -> HttpResponse:
    """What a file would do, or why it cannot be used."""
    guard.require_everything(request)
    row = get_object_or_404(BoundaryUpload.objects.select_related("file"), pk=pk)
    is_told = "template" not in row.told and bool(row.told)
    codes = {code for name in LISTS for code in row.told.get(name, [])[:NAMED]} if is_told else set()
    context = {
        "row": row,
        "names": dict(BasicUnit.objects.filter(code__in=codes).values_list("code", "name")),
        "refusal": refusal_of(row) if "template" in row.told else "",
        "is_told": is_told,
        "named": NAMED,
    }
    return render(request, "geography/boundary.html.jinja", context)


def refusal_of(row: BoundaryUpload) -> str:
    said = row.told
    return spoken(Refusal(said["code"], said["template"], **said["numbers"]))


@require_POST
@guard.require("territory", "import")
def settle(request: GuardedRequest, pk: int) -> HttpResponse:
    """Put a checked file in place (`do=replace`), or leave all as it is."""
    guard.require_everything(request)
    get_object_or_404(BoundaryUpload, pk=pk)
    try:
        if request.POST.get("do") == "replace":
            running.confirm(pk=pk, actor=request.user, at=request.now)
            messages.success(request, _("正在替换边界，完成后这里会写明。"))
        else:
            running.drop(pk=pk)
            messages.info(request, _("已放弃，边界没有变。"))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("boundary-upload", pk=pk)
