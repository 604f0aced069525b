"""Starting the site: refused when a page forgets to say who may open it."""

from typing import Any

import pytest
from click.testing import CliRunner

from quyu.shell.cli.main import main


@pytest.mark.capability("PLT7")
def test_a_site_with_an_undeclared_page_does_not_start(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.platform.people.guarded_urls"

    result = CliRunner().invoke(main, ["serve"])

    assert result.exit_code == 1
    assert "declares no permission" in result.output
