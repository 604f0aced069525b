"""One step of one import, for the worker, which starts it as a process of its own."""

import os
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from quyu.platform.imports import apart, runs
from quyu.platform.imports.models import ImportRun


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=list(apart.STATES))
        parser.add_argument("run", type=int)
        parser.add_argument("at", type=datetime.fromisoformat)
        parser.add_argument("today", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        Thread(target=_end_with_parent, daemon=True).start()
        apart.cap()
        run = ImportRun.objects.select_related("file", "created_by").get(pk=options["run"])
        try:
            with translation.override(run.created_by.language if run.created_by else None):
                apart.carry_out_here(run, options["step"], at=options["at"], today=options["today"])
        except runs.Stopped:
            return
        except MemoryError:
            os._exit(apart.OUT_OF_MEMORY)


def _end_with_parent() -> None:
    """The worker holds the other end of standard input; it closes when the worker is gone."""
    sys.stdin.buffer.read()
    os._exit(1)
