from collections.abc import Iterator
from typing import Any

import pytest

from tests.platform.notices.servers import Chat, Inbox, chat_service, mail_server


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def chat(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    with chat_service(settings, monkeypatch) as found:
        yield found
