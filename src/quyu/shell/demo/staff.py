"""The people of the demo company: seats, and who joined, moved and left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from quyu.platform.people.choices import OrgKind, Role
from quyu.shell.demo import company


@dataclass(frozen=True, slots=True)
class Seat:
    code: str
    name: str
    org_unit: str
    role: Role


@dataclass(frozen=True, slots=True)
class Employee:
    code: str
    name: str
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """`employee` sits on `seat` on `[start, end)`."""

    employee: str
    seat: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Staff:
    units: tuple[tuple[str, str, OrgKind, str | None], ...]
    seats: tuple[Seat, ...]
    employees: tuple[Employee, ...]
    sittings: tuple[Sitting, ...]


HEAD_OFFICE_SEATS = (
    Seat("HQ-DIR", "销售总监", "HQ", Role.SALES_DIRECTOR),
    Seat("HQ-OPS1", "销售运营经理", "HQ", Role.SALES_OPERATIONS),
    Seat("HQ-OPS2", "销售运营专员", "HQ", Role.SALES_OPERATIONS),
    Seat("HQ-FIN", "销售财务", "HQ", Role.FINANCE),
    Seat("HQ-HR", "人事主管", "HQ", Role.HUMAN_RESOURCES),
    Seat("HQ-AUD", "内部审计", "HQ", Role.AUDITOR),
    Seat("HQ-IT", "系统管理员", "HQ", Role.SYSTEM_ADMIN),
)


def province_code(area: str, index: int) -> str:
    return f"{area}{index + 1:02d}"


def seats_of_province(weight: int) -> int:
    """How many territories (and salespeople) a province of this weight has."""
    return max(1, round(weight / company.PEOPLE_PER_WEIGHT))


def org_units() -> tuple[tuple[str, str, OrgKind, str | None], ...]:
    """(code, name, kind, parent code), parents first."""
    units: list[tuple[str, str, OrgKind, str | None]] = [(*company.HEAD_OFFICE, OrgKind.HEAD_OFFICE, None)]
    for area in company.AREAS:
        units.append((area.code, area.name, OrgKind.AREA, "HQ"))
        for index, (province, _) in enumerate(area.provinces):
            units.append((province_code(area.code, index), f"{province}省区", OrgKind.PROVINCE, area.code))
    return tuple(units)


def seats() -> tuple[Seat, ...]:
    """About 120 positions: head office, one manager for each 大区 and 省区, one salesperson a territory."""
    found = list(HEAD_OFFICE_SEATS)
    for area in company.AREAS:
        found.append(Seat(f"{area.code}-M", f"{area.name}经理", area.code, Role.AREA_MANAGER))
        for index, (province, weight) in enumerate(area.provinces):
            unit = province_code(area.code, index)
            found.append(Seat(f"{unit}-M", f"{province}省区经理", unit, Role.PROVINCE_MANAGER))
            found += [
                Seat(f"{unit}-S{n + 1}", f"{province}业务代表{n + 1}", unit, Role.SALESPERSON)
                for n in range(seats_of_province(weight))
            ]
    return tuple(found)


def hire(*, first_day: date, today: date, rng: np.random.Generator) -> Staff:
    """Seats filled since before `first_day`; about one salesperson in six leaves each year.

    A leaver is replaced after a gap of two to eight weeks; some seats are vacant today.
    """
    all_seats = seats()
    names = _names(rng)
    employees: list[Employee] = []
    sittings: list[Sitting] = []

    def join(day: date) -> str:
        code = f"E{len(employees) + 1:04d}"
        employees.append(Employee(code, next(names), day, None))
        return code

    for seat in all_seats:
        start = first_day - timedelta(days=int(rng.integers(30, 1_500)))
        holder: str | None = join(start)
        while seat.role == Role.SALESPERSON:
            leaves = max(start, first_day) + timedelta(days=int(rng.exponential(365 * 6)) + 90)
            if leaves >= today:
                break
            sittings.append(Sitting(str(holder), seat.code, start, leaves))
            _leave(employees, str(holder), leaves)
            start = leaves + timedelta(days=int(rng.integers(14, 57)))
            holder = join(start) if start <= today else None
            if holder is None:
                break
        if holder is not None:
            sittings.append(Sitting(holder, seat.code, start, None))
    return Staff(org_units(), all_seats, tuple(employees), tuple(_swap_some(sittings, first_day, today, rng)))


def _names(rng: np.random.Generator) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        name = str(rng.choice(list(company.SURNAMES))) + str(rng.choice(company.GIVEN_NAMES))
        if name not in seen:
            seen.add(name)
            yield name


def _leave(employees: list[Employee], code: str, day: date) -> None:
    index = int(code[1:]) - 1
    old = employees[index]
    employees[index] = Employee(old.code, old.name, old.joined_on, day)


def _swap_some(
    sittings: list[Sitting], first_day: date, today: date, rng: np.random.Generator
) -> list[Sitting]:
    """Three pairs of present salespeople of one province changed seats on the first of a month."""
    present = [s for s in sittings if s.end is None and "-S" in s.seat and s.start < first_day]
    swapped = list(sittings)
    provinces = sorted({s.seat.split("-")[0] for s in present})
    chosen = [p for p in provinces if sum(s.seat.startswith(f"{p}-") for s in present) >= 2]
    for province in rng.permutation(chosen)[:3].tolist():
        left, right = [s for s in present if s.seat.startswith(f"{province}-")][:2]
        month = today.year * 12 + today.month - 1 - int(rng.integers(2, 14))
        day = date(month // 12, month % 12 + 1, 1)
        for old, other in ((left, right), (right, left)):
            swapped[swapped.index(old)] = Sitting(old.employee, old.seat, old.start, day)
            swapped.append(Sitting(old.employee, other.seat, day, None))
    return swapped
