"""The objects every company keeps: organisation, people, products, channels, calendar.

They are declared here, above both their models and the viewset package, because the viewset package
itself stands on people.
"""

from datetime import date
from typing import Any

from django.db.models import CASCADE, ForeignKey, QuerySet
from django.forms import ModelForm

from quyu.kernel.refusal import Refusal
from quyu.platform.calendar.models import CalendarDay
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography.models import BasicUnit
from quyu.platform.masterdata.seat_columns import SeatColumns
from quyu.platform.people import giving
from quyu.platform.people import services as people
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, Person, Position
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import (
    Caller,
    OutOfScope,
    Viewset,
    register,
    register_reference,
)

PARENT: Any = ForeignKey(OrgUnit, CASCADE, verbose_name="上级组织", null=True, blank=True)
PARENT.set_attributes_from_name("parent")


class ParentMissing(Refusal):
    """Every unit but the head office hangs below another."""

    def __init__(self, unit: object) -> None:
        super().__init__("parent_missing", "请为 {unit} 指定上级组织。", unit=unit)


register_reference(BasicUnit, key="code", search=("code", "name", "city"))


@register
class OrgUnitViewset(Viewset[OrgUnit]):
    model = OrgUnit
    resource = "org_unit"
    path = "org-units"
    columns = ("code", "name", "kind", "parent", "sort_order")
    fields = ("code", "name", "kind", "parent", "sort_order")
    filters = ("kind",)
    links = {"parent": PARENT}

    def visible(self, scope: Scope, at: date) -> QuerySet[OrgUnit]:
        return OrgUnit.objects.visible_to(scope, at).with_parent(at)

    def write(self, form: ModelForm[OrgUnit], *, expected_version: int, caller: Caller) -> OrgUnit:
        """A new or changed parent holds from today on."""
        parent = form.instance.parent
        if parent is None and form.instance.kind != OrgKind.HEAD_OFFICE:
            raise ParentMissing(form.instance)
        if form.instance.kind == OrgKind.HEAD_OFFICE and not caller.scope.is_everything:
            raise OutOfScope(form.instance)
        unit = super().write(form, expected_version=expected_version, caller=caller)
        if parent is not None:
            people.move_unit(unit=unit, parent=parent, valid_from=caller.at, actor=caller.user, at=caller.now)
        return unit


@register
class PositionViewset(Viewset[Position]):
    model = Position
    resource = "position"
    path = "positions"
    columns = ("code", "name", "org_unit", "role", "valid_from", "valid_to")
    fields = ("code", "name", "org_unit", "role", "valid_from", "valid_to")
    filters = ("org_unit", "role")

    def visible(self, scope: Scope, at: date) -> QuerySet[Position]:
        return Position.objects.visible_to(scope, at)

    def write(self, form: ModelForm[Position], *, expected_version: int, caller: Caller) -> Position:
        """A role, or another unit for it, is given only by somebody who has those rights himself."""
        before = Position.objects.filter(pk=form.instance.pk).first()
        if caller.user is not None:
            giving.refuse_change(form.instance, before, actor=caller.user, at=caller.at)
        return super().write(form, expected_version=expected_version, caller=caller)


@register
class PersonViewset(Viewset[Person]):
    model = Person
    resource = "person"
    path = "people"
    columns = ("code", "name", "phone", "joined_on", "left_on")
    fields = ("code", "name", "phone", "email", "id_number", "joined_on", "left_on")
    attributing = ("code",)
    import_extra = SeatColumns()

    def visible(self, scope: Scope, at: date) -> QuerySet[Person]:
        return Person.objects.visible_to(scope, at)


@register
class ProductLineViewset(Viewset[ProductLine]):
    model = ProductLine
    resource = "product"
    path = "product-lines"
    columns = ("code", "name", "is_strategic", "sort_order")
    fields = ("code", "name", "is_strategic", "sort_order")
    filters = ("is_strategic",)

    def visible(self, scope: Scope, at: date) -> QuerySet[ProductLine]:  # noqa: ARG002
        return ProductLine.objects.all()


@register
class ProductViewset(Viewset[Product]):
    model = Product
    resource = "product"
    path = "products"
    columns = ("code", "name", "line", "category", "price_fen", "is_strategic")
    fields = ("code", "name", "line", "category", "price_fen", "is_strategic")
    filters = ("line", "is_strategic")
    search = ("code", "name", "category")
    attributing = ("code", "line")

    def visible(self, scope: Scope, at: date) -> QuerySet[Product]:  # noqa: ARG002
        return Product.objects.all()


@register
class ChannelViewset(Viewset[Channel]):
    model = Channel
    resource = "channel"
    path = "channels"
    columns = ("code", "name", "sort_order")
    fields = ("code", "name", "sort_order")
    attributing = ("code",)

    def visible(self, scope: Scope, at: date) -> QuerySet[Channel]:  # noqa: ARG002
        return Channel.objects.all()


@register
class CalendarDayViewset(Viewset[CalendarDay]):
    model = CalendarDay
    resource = "calendar"
    path = "calendar-days"
    columns = ("day", "name", "is_working", "is_provisional")
    fields = ("day", "name", "is_working", "is_provisional")
    filters = ("is_working", "is_provisional")
    search = ("name",)
    key = "day"

    def visible(self, scope: Scope, at: date) -> QuerySet[CalendarDay]:  # noqa: ARG002
        return CalendarDay.objects.all()
