"""No personal-looking field without an entry in the register; nothing registered that does not exist."""

import re

import pytest
from django.apps import apps
from django.utils import translation

from quyu.platform.people.rights import PERSONAL
from quyu.shell.personal import register
from quyu.shell.personal.register import NOT_PERSONAL, REGISTER, label_of, unregistered


@pytest.mark.capability("PLT7")
def test_every_field_that_looks_personal_is_registered() -> None:
    assert unregistered() == []


def test_an_unregistered_field_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = tuple(one for one in REGISTER if (one.model, one.field) != ("people.Person", "phone"))
    monkeypatch.setattr(register, "REGISTER", rest)

    assert unregistered() == ["people.Person.phone"]


def test_the_register_names_fields_that_exist_and_says_why() -> None:
    for one in REGISTER:
        assert apps.get_model(one.model)._meta.get_field(one.field)
        assert all(map(str, (one.purpose, one.basis, one.retention)))
    for name in NOT_PERSONAL:
        app, model, *field = name.split(".")
        assert [apps.get_model(app, model)._meta.get_field(one).name for one in field] == field


def test_what_is_masked_is_registered() -> None:
    known = {(one.model.rpartition(".")[2].lower(), one.field) for one in REGISTER}
    assert {(resource, field) for resource, fields in PERSONAL.items() for field in fields} <= known


def test_every_registered_field_has_a_chinese_name() -> None:
    with translation.override("zh-hans"):
        named = {f"{one.model}.{one.field}": label_of(one) for one in REGISTER}

    assert {code: name for code, name in named.items() if re.search("[a-z]{3}", name)} == {}
