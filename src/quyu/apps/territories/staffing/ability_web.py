"""Pages of abilities: everybody in reach, and one person from day to day."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from quyu.apps.territories.models import Ability
from quyu.apps.territories.staffing.abilities import set_ability
from quyu.apps.territories.staffing.forms import AbilityForm
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import whole_number
from quyu.platform.fields.searching import matching
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard, policy
from quyu.platform.people.choices import Role
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import Assignment, Person

PAGE_SIZE = 50


@guard.require("alignment", "view")
def abilities(request: GuardedRequest) -> HttpResponse:
    """The sellers within reach with what holds today."""
    scope = policy.narrow(request.scope, "alignment", "view")
    sells = Q(position__role=Role.SALESPERSON) | Q(position__territories__isnull=False)
    seats = Assignment.objects.sitting(request.today).visible_to(scope).filter(sells)
    people = Person.objects.visible_to(scope, request.today).filter(pk__in=seats.values("person"))
    found = matching(people, ["code", "name"], request.GET.get("q", "")).order_by("code")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    known = Ability.objects.holding([person.pk for person in page], request.today)
    places = {
        row.person_id: row.position for row in seats.select_related("position__org_unit").order_by("-pk")
    }
    context = {
        "page": page,
        "rows": [(person, known.get(person.pk), places.get(person.pk)) for person in page],
        "may": guard.rights_over(request, "person"),
    }
    return render(request, "territories/abilities.html.jinja", context)


@guard.require("person", "edit")
def ability(request: GuardedRequest, pk: int) -> HttpResponse:
    """One person: what was said so far, and a form for what holds from a day on."""
    person = get_object_or_404(Person.objects.visible_to(request.scope, request.today), pk=pk)
    rows = Ability.objects.filter(person=person).select_related("home").order_by("-valid_from")
    opened = next((row for row in rows if row.valid_from == opened_day(request)), None)
    if request.method == "POST":
        form = AbilityForm(request.POST)
        if form.is_valid() and saved(request, person, form):
            return redirect("ability", pk=pk)
    else:
        holding = opened or Ability.objects.holding([pk], request.today).get(pk) or Ability()
        values = {name: getattr(holding, name) for name in AbilityForm.base_fields}
        home = holding.home.code if holding.home else ""
        day = opened.valid_from if opened else request.today
        form = AbilityForm(initial={**values, "home": home, "valid_from": day})
    context = {"person": person, "rows": rows, "form": form, "opened": opened}
    return render(request, "territories/ability.html.jinja", context)


def opened_day(request: GuardedRequest) -> date:
    """The day of the row that the address opens; today for none."""
    try:
        return date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return request.today


def saved(request: GuardedRequest, person: Person, form: AbilityForm) -> bool:
    """Keep what is said; False when it was refused."""
    day = form.cleaned_data["valid_from"]
    is_opened = request.POST.get("opened") == day.isoformat()
    try:
        set_ability(
            person=person,
            valid_from=day,
            values=form.values,
            expected_version=whole_number(request.POST.get("version")) if is_opened else 0,
            actor=request.user,
            at=request.now,
        )
    except Refusal as refusal:
        form.add_error(None, spoken(refusal))
        return False
    messages.success(request, _("已保存：%(person)s 自 %(day)s 起") % {"person": person.name, "day": day})
    return True
