"""Runs a command with DATABASE_URL pointing at a PostgreSQL server made for it on a spare loopback port.

    python tools/with_postgresql.py python -m pytest

The server keeps its files in a scratch directory and is stopped afterwards. PostgreSQL refuses to
run as root, so under root its programs run as the user `postgres` that Debian's package makes.
"""

import os
import pwd
import shutil
import socket
import subprocess  # nosec B404
import sys
import tempfile
from pathlib import Path


def binaries() -> Path:
    """The directory with initdb of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        sys.exit("没有找到 PostgreSQL 服务器，请先安装：apt install postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    programs, port = binaries(), spare_port()
    scratch = Path(tempfile.mkdtemp(prefix="quyu-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(scratch, account.pw_uid, account.pw_gid)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = scratch / "data"
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={scratch} -c fsync=off"

    def run(*arguments: object) -> None:
        subprocess.run([*as_user, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, cwd=scratch)  # nosec B603

    run(programs / "initdb", "-D", data, "-U", "quyu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    run(programs / "pg_ctl", "-D", data, "-w", "-l", scratch / "log", "-o", settings, "start")
    try:
        environment = {**os.environ, "DATABASE_URL": f"postgres://quyu@127.0.0.1:{port}/postgres"}
        return subprocess.run(command, env=environment).returncode  # nosec B603
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
