"""Responsibility letters: issued with a publication, sealed, accepted by signature, contested, replaced, reminded of."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from quyu.apps.targets import selectors, services
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.letter_document import capitals
from quyu.apps.targets.models import Letter, Plan, PlanVersion
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.services import letters
from quyu.apps.targets.services.letters import LetterAnswered, NotProven, NotYourLetter
from quyu.platform.files import services as files
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import Person, Position
from tests.apps.targets.plans import AT, edit, make_plan, publish
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("DEC13", "ORD6")]


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def letters_of(company: Company, name: str) -> QuerySet[Letter]:
    return Letter.objects.filter(person=company.person(name)).order_by("pk")


def accept(letter: Letter, company: Company, name: str = "owner") -> Letter:
    return letters.accept(letter=letter, actor=getattr(company, name), is_proven=True, at=AT)


def test_everybody_with_a_target_gets_one_letter_with_his_figures(company: Company) -> None:
    version = publish(company, make_plan(company))
    frame = selectors.target_frame(version)

    owner, colleague, boss = (letters_of(company, name).get() for name in ("owner", "colleague", "boss"))

    territory = frame.regions.index(company.sunan.code)
    figures = owner.content["measures"][0]
    assert figures["total"] == frame.cells[territory].sum()
    assert list(figures["months"].values()) == frame.cells[territory].sum(axis=1).tolist()
    assert [line["total"] for line in figures["lines"]] == frame.cells[territory].sum(axis=0).tolist()
    assert {part["code"]: part["total"] for part in figures["periods"]}["2027"] == figures["total"]
    both = figures["total"] + colleague.content["measures"][0]["total"]
    assert boss.content["measures"][0]["total"] == both
    assert Notice.objects.filter(user=company.owner, text__contains=owner.number).count() == 1


def test_the_seal_the_acceptance_and_the_check(company: Company) -> None:
    publish(company, make_plan(company))
    letter = accept(letters_of(company, "owner").get(), company)

    assert letter.state == LetterState.ACCEPTED
    assert letter.sealed is not None
    assert letter.signed is not None
    sealed, signed = (files.path_of(stored).read_bytes() for stored in (letter.sealed, letter.signed))
    assert signed.startswith(sealed)
    found = check_letter(letter)
    assert found.findings == ()
    assert [(s.field, s.is_good) for s in found.signatures] == [("CompanySeal", True), ("Acceptance", True)]
    assert found.signatures[1].code == letter.person.code
    with pytest.raises(LetterAnswered):
        accept(letter, company)


def test_nobody_signs_for_another_nor_without_proof(company: Company) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()

    with pytest.raises(NotYourLetter):
        accept(letter, company, "boss")
    with pytest.raises(NotProven):
        letters.accept(letter=letter, actor=company.owner, is_proven=False, at=AT)

    assert letters_of(company, "owner").get().state == LetterState.ISSUED


@pytest.mark.parametrize("tampered", ["content", "file", "cells"])
def test_tampering_is_found(company: Company, tampered: str) -> None:
    version = publish(company, make_plan(company))
    letter = accept(letters_of(company, "owner").get(), company)
    if tampered == "content":
        letter.content["measures"][0]["total"] += 1
    elif tampered == "file":
        path = files.path_of(letter.signed)  # type: ignore[arg-type]
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    else:
        chunk = version.chunks.get(layer="value")
        other = make_plan(company, total_fen=5_00, name="另一方案")
        version.chunks.filter(pk=chunk.pk).update(blob=other.chunks.get(layer="value").blob)

    assert check_letter(letter).findings


def test_a_new_version_replaces_only_the_letters_it_changes(company: Company) -> None:
    first = publish(company, make_plan(company))
    accept(letters_of(company, "owner").get(), company)
    draft = services.new_version(plan_version=first, actor=company.operations, at=AT)
    edit(draft, company.operations, "GD", "2027", 1_000_00)

    publish(company, PlanVersion.objects.get(pk=draft.pk))

    assert [letter.state for letter in letters_of(company, "owner")] == [LetterState.ACCEPTED]
    old, new = letters_of(company, "neighbour")
    assert (old.state, old.replaced_by, new.state) == (LetterState.REPLACED, new, LetterState.ISSUED)
    assert new.content["measures"][0]["total"] == 1_000_00


def test_reminders_come_once_a_day_from_three_days_before_the_deadline(company: Company) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()
    accept(letters_of(company, "colleague").get(), company, "colleague")
    due = datetime.combine(letter.due_on, AT.timetz())

    def reminded(days: int) -> int:
        before = Notice.objects.filter(text__contains="还没有答复").count()
        letters.remind(at=due + timedelta(days))
        return Notice.objects.filter(text__contains="还没有答复").count() - before

    waiting = Letter.objects.filter(state=LetterState.ISSUED, person__user__isnull=False).count()
    assert [reminded(-4), reminded(-3), reminded(-3), reminded(1)] == [0, waiting, 0, waiting]
    assert not Notice.objects.filter(user=company.colleague, text__contains="还没有答复").exists()


def test_who_has_left_gets_no_letter_and_is_not_reminded(company: Company) -> None:
    first = publish(company, make_plan(company))
    leaver = company.person("owner")
    Person.objects.filter(pk=leaver.pk).update(left_on=AT.date())

    publish(company, services.new_version(plan_version=first, actor=company.operations, at=AT))

    assert [letter.state for letter in letters_of(company, "owner")] == [LetterState.REPLACED]


def test_a_letter_without_an_account_is_not_counted_as_reminded(company: Company) -> None:
    publish(company, make_plan(company))
    waiting = Letter.objects.filter(state=LetterState.ISSUED).count()
    due = datetime.combine(letters_of(company, "owner").get().due_on, AT.timetz())
    Person.objects.filter(pk=company.person("owner").pk).update(user=None)

    assert letters.remind(at=due) == waiting - 1


def test_accepting_on_the_page_needs_the_password(company: Company) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()
    company.owner.set_password("right-horse-2026")
    company.owner.save()
    client = client_of(company.owner)

    page = client.get(reverse("my-letters"), follow=True)
    assert letter.number in page.content.decode()
    wrong = client.post(reverse("letter-accept", args=[letter.pk]), {"password": "guess"})
    assert (wrong.status_code, letters_of(company, "owner").get().state) == (422, LetterState.ISSUED)
    right = client.post(reverse("letter-accept", args=[letter.pk]), {"password": "right-horse-2026"})
    assert (right.status_code, letters_of(company, "owner").get().state) == (302, LetterState.ACCEPTED)
    assert "核验通过" in client.get(reverse("letter-verify", args=[letter.pk])).content.decode()
    pdf = client.get(reverse("letter-file", args=[letter.pk]))
    assert (pdf["Content-Type"], pdf.getvalue()[:5]) == ("application/pdf", b"%PDF-")


def test_the_list_is_of_one_year_and_names_units_from_the_top_down(company: Company) -> None:
    publish(company, make_plan(company))
    Plan.objects.update(year=2026)
    publish(company, make_plan(company, name="后一年"))
    client = client_of(company.director)

    newest, older = (client.get(reverse("letters"), {"year": year}).content.decode() for year in ("", "2026"))

    assert "ZR2027-" in newest
    assert letters_of(company, "owner")[0].number not in newest
    assert "2026 年" in newest
    assert letters_of(company, "owner")[0].number in older
    places = [
        newest.index(f"<td>{unit}</td>")
        for unit in ("华东", "江苏", "华南", "广东")
        if f"<td>{unit}</td>" in newest
    ]
    assert places == sorted(places)
    assert len(places) >= 2


def test_the_letter_names_the_position_and_the_check_the_seal(company: Company) -> None:
    publish(company, make_plan(company))
    letter = accept(letters_of(company, "owner").get(), company)
    seat = Position.objects.get(code=letter.content["positions"][0].split("（")[-1].rstrip("）"))
    assert letter.content["positions"] == [f"{seat.name}（{seat.code}）"]

    page = client_of(company.owner).get(reverse("letter-verify", args=[letter.pk])).content.decode()

    assert "公章" in page
    assert ">seal<" not in page


def test_guessing_passwords_has_to_wait(company: Company) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()
    client = client_of(company.owner)

    answers = [
        client.post(reverse("letter-accept", args=[letter.pk]), {"password": "guess"}) for _ in range(7)
    ]

    assert [answer.status_code for answer in answers] == [422] * 5 + [302] * 2


@pytest.mark.parametrize(
    ("name", "status"),
    [("owner", 200), ("boss", 200), ("colleague", 404), ("neighbour", 404), ("stranger", 403)],
)
def test_a_letter_is_seen_by_its_person_and_his_superiors(company: Company, name: str, status: int) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()
    client = client_of(getattr(company, name))

    for view in ("letter", "letter-file", "letter-verify"):
        assert client.get(reverse(view, args=[letter.pk])).status_code == status


def test_contesting_needs_a_reason_and_tells_it(company: Company) -> None:
    publish(company, make_plan(company))
    letter = letters_of(company, "owner").get()
    client = client_of(company.owner)

    assert client.post(reverse("letter-contest", args=[letter.pk]), {"reason": "  "}).status_code == 422
    client.post(reverse("letter-contest", args=[letter.pk]), {"reason": "两家大客户关店"})

    letter.refresh_from_db()
    assert (letter.state, letter.objection) == (LetterState.CONTESTED, "两家大客户关店")
    page = client.get(reverse("letter", args=[letter.pk])).content.decode()
    assert reverse("target-change", args=[letter.changes.get().pk]) in page


@pytest.mark.parametrize(
    ("fen", "words"),
    [(120_005, "壹仟贰佰元零伍分"), (100_000_000_00, "壹亿元整"), (-350, "负叁元伍角"), (10**18, "")],
)
def test_amounts_in_capitals(fen: int, words: str) -> None:
    assert capitals(fen) == words


def test_published_for_a_later_day_comes_into_force_on_that_day(company: Company) -> None:
    first = publish(company, make_plan(company))
    second = services.new_version(plan_version=first, actor=company.operations, at=AT)
    start = date(2026, 7, 1)
    published = publish(company, second, effective_from=start)

    def in_force(day: date) -> PlanVersion | None:
        return selectors.published_version(2027, at=day)

    assert published.state == "scheduled"
    assert (in_force(date(2026, 6, 30)), in_force(start)) == (first, second)
    assert selectors.published_cells(2027, at=start)[0] == second  # type: ignore[index]
    assert services.come_into_force(at=date(2026, 6, 30)) == []
    assert services.come_into_force(at=start) == [second]
    assert services.come_into_force(at=start) == []
    first.refresh_from_db()
    assert (first.state, selectors.published_version(2027)) == ("superseded", second)
