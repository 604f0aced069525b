"""Taking an import of objects back on its page, and the page of the reversal."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoCaptureOnCommitCallbacks

from quyu.platform.catalog.models import ProductLine
from quyu.platform.imports.models import ImportRun
from quyu.platform.people.models import User
from tests.people import Company, client_of


@pytest.mark.capability("PLT4")
def test_an_import_of_objects_is_taken_back_on_its_page(
    company: Company,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.QUYU_HOME = tmp_path
    User.objects.filter(pk=company.operations.pk).update(last_name="欧阳", first_name="敏")
    client = client_of(company.operations)
    file = SimpleUploadedFile("lines.csv", "编码,名称\nTEA,茶\n".encode())
    client.post("/imports/new/", {"kind": "productline", "file": file})
    run = ImportRun.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/imports/{run.pk}/confirm/", {"version": run.version})
    assert ProductLine.objects.filter(code="TEA").exists()

    bare = client.post(f"/imports/{run.pk}/undo/", {"reason": ""}, follow=True)
    assert ProductLine.objects.filter(code="TEA").exists()
    assert "原因" in bare.content.decode()
    assert client_of(company.boss).post(f"/imports/{run.pk}/undo/", {"reason": "不是我的"}).status_code in (
        403,
        404,
    )
    done = client.post(f"/imports/{run.pk}/undo/", {"reason": "导错了"}, follow=True)

    assert "欧阳敏撤销了这次导入" in done.content.decode()
    assert not ProductLine.objects.filter(code="TEA").exists()
    reversal = ImportRun.objects.exclude(pk=run.pk).get()
    page = client.get(f"/imports/{reversal.pk}/")
    assert page.status_code == 200
    assert client.post(f"/imports/{reversal.pk}/undo/", {"reason": "再撤"}, follow=True).status_code == 200
    assert ImportRun.objects.count() == 2
