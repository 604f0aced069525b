"""消息接收: where an account gets messages beside the product, which ones, and what became of them."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.notices import addresses, outbox
from quyu.platform.notices.choices import Channel, Route
from quyu.platform.notices.models import MessageAddress
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.shell import clock

LATEST = 20


class MailForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("邮件地址"), max_length=254)


class RobotForm(forms.Form):
    robot = forms.CharField(
        label=gettext_lazy("群机器人地址"),
        max_length=500,
        help_text=gettext_lazy(
            "在群设置里添加自定义机器人，复制它的 https 地址。安全设置用关键词的，填 <code>Quyu</code>。地址等于密码：保存以后这里不再显示。"
        ),
    )
    secret = forms.CharField(
        label=gettext_lazy("加签密钥（只有钉钉需要，没有就不填）"), max_length=128, required=False
    )


def offered() -> frozenset[str]:
    """The channels of this site; 404 where there is none, for then there is no such page."""
    found = outbox.channels()
    if not found:
        raise Http404
    return found


@guard.require("account", "view")
@require_GET
def page(request: GuardedRequest) -> HttpResponse:
    """My addresses and my latest messages."""
    return shown(request)


def shown(
    request: GuardedRequest, *, mail: MailForm | None = None, robot: RobotForm | None = None
) -> HttpResponse:
    ways = offered()
    mine = {row.channel: row for row in MessageAddress.objects.filter(user=request.user)}
    if mail is None and Channel.MAIL not in mine:
        mail = MailForm(initial={"address": request.user.email})
    context = {
        "mail": mine.get(Channel.MAIL),
        "robot": mine.get(Channel.BOT),
        "offers_mail": Channel.MAIL in ways,
        "offers_robot": Channel.BOT in ways,
        "services": [route.label for route in Route if route in outbox.routes() and route != Route.MAIL],
        "mail_form": mail or MailForm(),
        "robot_form": robot or RobotForm(),
        "latest": request.user.outgoing_messages.all()[:LATEST],
    }
    is_refused = any(form is not None and form.errors for form in (mail, robot))
    return render(request, "account/messages.html.jinja", context, status=422 if is_refused else 200)


@guard.require("account", "edit")
@require_POST
def name_mail(request: GuardedRequest) -> HttpResponse:
    """A mail address, and a code on its way to it."""
    offered()
    form = MailForm(request.POST)
    if form.is_valid():
        try:
            addresses.name_mail(user=request.user, text=form.cleaned_data["address"], now=clock.instant())
        except Refusal as refusal:
            form.add_error("address", spoken(refusal))
        else:
            messages.success(request, _("验证码已发往这个地址，请在下面填入。"))
            return redirect("messages")
    return shown(request, mail=form)


@sensitive_post_parameters("robot", "secret")
@guard.require("account", "edit")
@require_POST
def name_robot(request: GuardedRequest) -> HttpResponse:
    """The robot of a group, and a code on its way to the group."""
    offered()
    form = RobotForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            addresses.name_robot(
                user=request.user, text=told["robot"], secret=told["secret"], now=clock.instant()
            )
        except Refusal as refusal:
            form.add_error("robot", spoken(refusal))
        else:
            messages.success(request, _("验证码已发到群里，请在下面填入。"))
            return redirect("messages")
    return shown(request, robot=form)


def mine(request: GuardedRequest, pk: int) -> MessageAddress:
    """An address of one's own; 404 for another's."""
    offered()
    return get_object_or_404(MessageAddress, pk=pk, user=request.user)


@guard.require("account", "edit")
@require_POST
def confirm(request: GuardedRequest, pk: int) -> HttpResponse:
    """The code that came to the address."""
    row = mine(request, pk)
    refusal = addresses.confirm(
        row=row, code=request.POST.get("code", "")[:20], at=request.now, now=clock.instant()
    )
    if refusal is None:
        messages.success(request, _("已确认。"))
    else:
        messages.error(request, spoken(refusal))
    return redirect("messages")


@guard.require("account", "edit")
@require_POST
def send_again(request: GuardedRequest, pk: int) -> HttpResponse:
    """Another code."""
    try:
        addresses.send_again(row=mine(request, pk), now=clock.instant())
        messages.success(request, _("验证码已重新发送。"))
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
    return redirect("messages")


@guard.require("account", "edit")
@require_POST
def choose(request: GuardedRequest, pk: int) -> HttpResponse:
    """Which messages come there."""
    addresses.choose(row=mine(request, pk), takes_alerts="alerts" in request.POST)
    messages.success(request, _("已保存。"))
    return redirect("messages")


@guard.require("account", "edit")
@require_POST
def remove(request: GuardedRequest, pk: int) -> HttpResponse:
    """Nothing goes there any more."""
    addresses.remove(row=mine(request, pk), at=request.now)
    messages.success(request, _("已删除，不再向那里发送任何消息。"))
    return redirect("messages")


@guard.require("user", "edit")
@require_GET
def failures(request: GuardedRequest) -> HttpResponse:
    """For who runs the site: what was not delivered and why, without what it said."""
    guard.require_everything(request)
    offered()
    return render(request, "account/undelivered.html.jinja", {"rows": outbox.failed()})
