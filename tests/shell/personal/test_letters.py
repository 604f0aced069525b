"""Letters of an erased person: no name is left, the file goes, and what held before still holds."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.targets.models import Letter, PlanVersion
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.selectors.proof import proof
from quyu.apps.targets.services import changes, letters
from quyu.platform.files import services as files
from quyu.platform.files.models import StoredFile
from quyu.platform.people.models import Person
from quyu.shell.personal import erasing
from quyu.shell.personal.retention import due
from quyu.shell.personal.subject import person_subject
from tests.apps.targets.plans import AT, edit, make_plan, publish
from tests.people import TODAY, Company, client_of
from tests.shell.personal.test_erasing import left_in_database

pytestmark = [pytest.mark.django_db, pytest.mark.capability("PLT7")]
NAME = "欧阳克之"


@pytest.fixture
def accepted(company: Company, settings: Any, tmp_path: Path) -> PlanVersion:
    """A published version whose log names the person, who accepted his letter; another contested and was named."""
    settings.QUYU_HOME = tmp_path
    Person.objects.filter(user=company.owner).update(name=NAME)
    draft = make_plan(company, name=f"{NAME}参与的目标")
    edit(draft, company.operations, "JS", "2027", 4_000_000_00)
    version = publish(company, PlanVersion.objects.get(pk=draft.pk))
    letters.accept(letter=letter_of(company, "owner"), actor=company.owner, is_proven=True, at=AT)
    changes.from_letter(
        letter=letter_of(company, "colleague"), actor=company.colleague, reason=f"{NAME}走了两家大客户", at=AT
    )
    return version


def letter_of(company: Company, name: str) -> Letter:
    return Letter.objects.select_related("person", "sealed", "signed").get(person=company.person(name))


def erase(company: Company, run: Any) -> erasing.Erased:
    person = company.person("owner")
    Person.objects.filter(pk=person.pk).update(left_on=date(2026, 6, 1))
    with run(execute=True):
        return erasing.erase(person_subject(person.code), reason="本人要求", actor=None, at=AT, today=TODAY)


def test_no_name_is_left_and_everything_still_holds(
    company: Company, accepted: PlanVersion, django_capture_on_commit_callbacks: Any
) -> None:
    file = Path(letter_of(company, "owner").signed.path)  # type: ignore[union-attr]
    assert proof(accepted).flaws == ()

    done = erase(company, django_capture_on_commit_callbacks)

    letter = letter_of(company, "owner")
    assert left_in_database((NAME,)) == []
    assert letter.content["name"] == done.pseudonym
    assert (check_letter(letter).findings, check_letter(letter).is_cleared) == ((), True)
    assert proof(accepted).flaws == ()
    assert (done.cleared, (files.root() / file).exists()) == (2, False)
    answer = client_of(company.operations).get(reverse("letter-file", args=[letter.pk]))
    assert (answer.status_code, "清除" in answer.content.decode()) == (404, True)


def test_what_was_tampered_with_is_still_found_out(
    company: Company, accepted: PlanVersion, django_capture_on_commit_callbacks: Any
) -> None:
    letter = letter_of(company, "owner")
    letter.content["measures"][0]["total"] += 1
    Letter.objects.filter(pk=letter.pk).update(content=letter.content)

    erase(company, django_capture_on_commit_callbacks)

    assert check_letter(letter_of(company, "owner")).findings


def test_letters_outlive_the_retention_of_uploads(company: Company, accepted: PlanVersion) -> None:
    assert StoredFile.objects.count() == 2

    found = due(date(2030, 1, 1), leavers_months=0, uploads_months=12)

    assert list(found.uploads) == []
