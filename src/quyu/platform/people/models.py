"""Who works here: org units, positions, people and their dated assignments.

All ranges are half-open `[valid_from, valid_to)`; an empty `valid_to` means open. `OrgClosure` holds
every (ancestor, descendant) pair with the dates on which it held, so that a report of last year
sees last year's tree.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from quyu.platform.audit.models import EditableRow
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.rights import PERSONAL

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope

M = TypeVar("M", bound=models.Model)


def in_force(at: date, prefix: str = "") -> Q:
    """The rows (or, with a `prefix` such as `assignments__`, the joined rows) that are true on `at`."""
    still_open = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": at})
    return Q(**{f"{prefix}valid_from__lte": at}) & still_open


class DatedQuerySet(models.QuerySet[M]):
    def in_force(self, at: date) -> DatedQuerySet[M]:
        return self.filter(in_force(at))


class OrgUnitQuerySet(models.QuerySet["OrgUnit"]):
    def visible_to(self, scope: Scope, at: date | None = None) -> OrgUnitQuerySet:  # noqa: ARG002
        """The units within reach; `at` is taken for symmetry, a scope already belongs to a day."""
        return self if scope.is_everything else self.filter(pk__in=scope.org_unit_ids)

    def with_parent(self, at: date) -> OrgUnitQuerySet:
        """The units knowing their `parent` of that day."""
        links = OrgLink.objects.in_force(at).select_related("parent")
        return self.prefetch_related(models.Prefetch("parent_links", links, to_attr="links_on_day"))


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, scope: Scope, at: date) -> PersonQuerySet:
        """Oneself, and whoever sits on `at` within reach."""
        if scope.is_everything:
            return self
        sitting = Assignment.objects.sitting(at).filter(position__org_unit__in=scope.org_unit_ids)
        return self.filter(Q(pk=scope.person_id) | Q(pk__in=sitting.values("person")))


class PositionQuerySet(DatedQuerySet["Position"]):
    def visible_to(self, scope: Scope, at: date | None = None) -> PositionQuerySet:  # noqa: ARG002
        """One's own seats, and the seats within reach."""
        if scope.is_everything:
            return self
        return self.filter(Q(pk__in=scope.position_ids) | Q(org_unit__in=scope.org_unit_ids))


class AssignmentQuerySet(DatedQuerySet["Assignment"]):
    def sitting(self, at: date) -> AssignmentQuerySet:
        """Those in force on `at` whose person has not left."""
        here = Q(person__left_on__isnull=True) | Q(person__left_on__gt=at)
        return self.filter(in_force(at) & here)

    def visible_to(self, scope: Scope, at: date | None = None) -> AssignmentQuerySet:  # noqa: ARG002
        """One's own assignments, and those of the seats within reach."""
        if scope.is_everything:
            return self
        return self.filter(Q(person=scope.person_id) | Q(position__org_unit__in=scope.org_unit_ids))


class User(AbstractUser):
    """An account. What it may do follows from the positions of its person and from role grants."""

    language = models.CharField("界面语言", max_length=10, default="zh-hans")

    class Meta:
        verbose_name = "账号"

    def get_full_name(self) -> str:
        """Family name first, without a space, as Chinese names are written; the account when unnamed."""
        return f"{self.last_name}{self.first_name}" or self.username


class Dated(models.Model):
    """A half-open range of days on which the row is true."""

    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True, blank=True)

    class Meta:
        abstract = True


def dated_order(name: str) -> models.CheckConstraint:
    """The range must not be empty."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=f"{name}_dates"
    )


class OrgUnit(EditableRow):
    """A node of the region tree: head office, 大区, 省区, team. Its parent is dated (`OrgLink`)."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=20, choices=OrgKind.choices)
    sort_order = models.IntegerField("排序", default=0)

    objects: ClassVar = OrgUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "组织"
        ordering: ClassVar = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def parent(self) -> OrgUnit | None:
        """The parent on the day of `with_parent`; none if not asked for."""
        links = getattr(self, "links_on_day", ())
        return links[0].parent if links else None

    @parent.setter
    def parent(self, parent: OrgUnit | None) -> None:
        self.__dict__["links_on_day"] = [OrgLink(unit=self, parent=parent)] if parent else []


class OrgLink(EditableRow, Dated):
    """`unit` reports to `parent` on these days. The root has no link."""

    unit = models.ForeignKey(OrgUnit, models.CASCADE, related_name="parent_links", verbose_name="组织")
    parent = models.ForeignKey(OrgUnit, models.PROTECT, related_name="child_links", verbose_name="上级组织")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "上下级关系"
        constraints: ClassVar = [
            dated_order("org_link"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to__isnull=True), name="one_open_parent"
            ),
            models.CheckConstraint(condition=~Q(unit=F("parent")), name="org_link_not_self"),
        ]


class OrgClosure(Dated):
    """Derived from `OrgLink`: `descendant` is below (depth > 0) or is (depth 0) `ancestor` on these days."""

    ancestor = models.ForeignKey(OrgUnit, models.CASCADE, related_name="+")
    descendant = models.ForeignKey(OrgUnit, models.CASCADE, related_name="+")
    depth = models.PositiveSmallIntegerField()

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ancestor", "valid_from"], name="closure_down"),
            models.Index(fields=["descendant", "valid_from"], name="closure_up"),
        ]


class Person(EditableRow):
    """A human being on the payroll. Phone, e-mail and id number are personal data: masked by default."""

    code = models.CharField("工号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=80)
    phone = models.CharField("电话", max_length=30, blank=True)
    email = models.CharField("邮箱", max_length=120, blank=True)
    id_number = models.CharField("证件号码", max_length=30, blank=True)
    joined_on = models.DateField("入职日", null=True, blank=True)
    left_on = models.DateField("离职日", null=True, blank=True)
    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name="账号"
    )

    objects: ClassVar = PersonQuerySet.as_manager()
    personal_fields: ClassVar = PERSONAL["person"]

    class Meta:
        verbose_name = "人员"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Position(EditableRow, Dated):
    """A seat in an org unit with a role; it exists whether or not somebody sits on it."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("岗位", max_length=80)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="positions", verbose_name="组织")
    role = models.CharField("角色", max_length=20, choices=Role.choices)

    objects: ClassVar = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位"
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [dated_order("position")]

    def __str__(self) -> str:
        return self.name


class Assignment(EditableRow, Dated):
    """`person` holds `position` on these days. A position has at most one holder on any day (service rule)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", verbose_name="人员")
    position = models.ForeignKey(Position, models.PROTECT, related_name="assignments", verbose_name="岗位")

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering: ClassVar = ["position", "valid_from", "pk"]
        constraints: ClassVar = [
            dated_order("assignment"),
            models.UniqueConstraint(
                fields=["position"], condition=Q(valid_to__isnull=True), name="one_open_holder"
            ),
        ]


class RoleGrant(EditableRow, Dated):
    """A role given to an account beside its positions (finance, audit, administration) over one org unit."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="范围")

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "授权"
        constraints: ClassVar = [dated_order("role_grant")]
