"""`quyu serve` as a person runs it: migrates an empty directory, answers, runs the worker, stops on Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"QUYU_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "quyu.shell.settings"}
    command = [sys.executable, "-m", "quyu.shell.cli.main", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def wait_for(url: str) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as response:
                return int(response.status)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(url)


def children_of(process: subprocess.Popen[str]) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.slow
def test_serve_starts_on_nothing_and_stops_cleanly(site: tuple[subprocess.Popen[str], str]) -> None:
    process, url = site

    assert wait_for(f"{url}/readyz") == 200
    children = children_of(process)
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE_SECONDS)

    assert process.returncode == 0
    assert len(children) >= 2  # the web worker and the job worker
    assert not any(is_alive(pid) for pid in children)
