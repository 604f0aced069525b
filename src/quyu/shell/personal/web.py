"""The pages for who answers requests about personal data: the register, a subject's export, erasure."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.fields import values
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest
from quyu.shell.personal import erasing, exporting
from quyu.shell.personal.register import REGISTER, TREATMENTS, label_of
from quyu.shell.personal.subject import Subject, customer_subject, person_subject

KINDS = (("person", gettext_lazy("人员（工号）")), ("customer", gettext_lazy("客户（编码）")))


class SubjectForm(forms.Form):
    """Whose data, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("对象"), choices=KINDS)
    code = forms.CharField(label=gettext_lazy("编号"), max_length=60)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ErasureForm(SubjectForm):
    """The code twice: nobody erases by a slip."""

    again = forms.CharField(label=gettext_lazy("再写一次编号"), max_length=60)
    with_name = forms.BooleanField(label=gettext_lazy("客户名称就是人名，一并换成化名"), required=False)

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("code"):
            raise forms.ValidationError(_("两次写的编号不同。"))
        return again


@never_cache
@guard.require("personal", "export")
def page(request: GuardedRequest) -> HttpResponse:
    """The register and both forms."""
    return shown(request, SubjectForm(), ErasureForm(prefix="erase"))


def shown(request: GuardedRequest, export_form: forms.Form, erase_form: forms.Form) -> HttpResponse:
    """The page with its forms; what was entered wrong stays on it."""
    require_whole_company(request)
    context = {
        "export_form": export_form,
        "erase_form": erase_form if guard.may(request, "personal", "delete") else None,
        "register": REGISTER,
        "treatments": TREATMENTS,
        "label_of": label_of,
    }
    return render(request, "personal/subjects.html.jinja", context)


def require_whole_company(request: GuardedRequest) -> None:
    """A subject's data lie all over the company: who sees a part only does not hand them out."""
    if not request.scope.is_everything:
        raise Http404


def subject_of(request: GuardedRequest, form: forms.Form, action: str) -> Subject:
    """The subject named; raises Http404 for a kind whose data this account may not have."""
    kind, code = form.cleaned_data["kind"], form.cleaned_data["code"]
    if not policy.may_disclose(guard.full_scope(request), kind, action):
        raise Http404
    if kind == "person":
        return person_subject(code)
    return customer_subject(code, with_name=bool(form.cleaned_data.get("with_name")))


@require_POST
@never_cache
@guard.require("personal", "export")
def export(request: GuardedRequest) -> HttpResponseBase:
    """Everything about one person or customer, as a zip."""
    require_whole_company(request)
    form = SubjectForm(request.POST)
    if not form.is_valid():
        return shown(request, form, ErasureForm(prefix="erase"))
    try:
        subject = subject_of(request, form, "export")
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return redirect("subjects")
    content = exporting.export(
        subject, reason=form.cleaned_data["reason"], actor=request.user, at=request.now
    )
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"personal-{subject.code}.zip")


@require_POST
@never_cache
@guard.require("personal", "delete")
def erase(request: GuardedRequest) -> HttpResponseBase:
    """Replace one person or customer by a pseudonym, everywhere."""
    require_whole_company(request)
    form = ErasureForm(request.POST, prefix="erase")
    if not form.is_valid():
        return shown(request, SubjectForm(), form)
    try:
        subject = subject_of(request, form, "delete")
        done = erasing.erase(
            subject,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            at=request.now,
            today=request.today,
        )
    except Refusal as refusal:
        messages.error(request, values.spoken(refusal))
        return redirect("subjects")
    text = _("已换成“{pseudonym}”，合计不变。").format(pseudonym=done.pseudonym)
    if done.shared:
        text += _("有同名的人，文字里的姓名没有替换：{names}").format(names=values.listed(done.shared))
    messages.success(request, text)
    return redirect("subjects")
