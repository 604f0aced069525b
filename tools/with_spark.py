"""Runs a command with QUYU_SPARK set to a Spark cluster made for it: one master and two workers on spare loopback ports.

    python tools/with_spark.py python -m pytest -m spark

Needs pyspark (`pip install 'quyu[spark]'`) and Java 17 (Debian's openjdk-17-jre-headless). Master and workers are
three processes of their own, with a core and a gigabyte to each worker; they are stopped afterwards.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess  # nosec B404
import sys
import tempfile
import time
from pathlib import Path

from with_postgresql import spare_port

WORKERS = 2
PATIENCE = 90.0


def programs() -> Path:
    """Where pyspark lies; Java must be there too."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        sys.exit("没有找到 pyspark，请先安装：pip install 'quyu[spark]'")
    if shutil.which("java") is None:
        sys.exit("没有找到 Java，请先安装：apt install openjdk-17-jre-headless")
    return Path(found.origin).parent


def main(command: list[str]) -> int:
    home = programs()
    scratch, port = Path(tempfile.mkdtemp(prefix="quyu-spark-")), spare_port()
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(scratch),
        "SPARK_DAEMON_MEMORY": "512m",
        "PYSPARK_PYTHON": sys.executable,
        "QUYU_SPARK": f"spark://127.0.0.1:{port}",
    }
    started: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this program ends the cluster

    def start(name: str, *arguments: str) -> None:
        log = (scratch / f"{len(started)}.log").open("wb")
        call = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
        started.append(
            subprocess.Popen(
                call, env=environment, stdout=log, stderr=log, cwd=scratch, start_new_session=True
            )  # nosec B603
        )

    try:
        start("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(spare_port()))
        wait_for(port, started[0], scratch)
        for number in range(WORKERS):
            folder = scratch / f"worker{number}"
            start(
                "worker.Worker", "--host", "127.0.0.1", "--port", str(spare_port()), "--cores", "1", "--memory", "1g",
                "--webui-port", str(spare_port()), "--work-dir", str(folder), environment["QUYU_SPARK"],
            )  # fmt: skip
        wait_for_workers(scratch / "0.log")
        return subprocess.run(command, env=environment).returncode  # nosec B603
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)
        shutil.rmtree(scratch, ignore_errors=True)


def wait_for(port: int, process: "subprocess.Popen[bytes]", scratch: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit(f"Spark 没有启动：\n{(scratch / '0.log').read_text()[-2000:]}")


def wait_for_workers(log: Path) -> None:
    """The master says in its log whom it knows."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if log.read_text().count("Registering worker") >= WORKERS:
            return
        time.sleep(0.2)
    sys.exit(f"Spark 的工作节点没有登记：\n{log.read_text()[-2000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
