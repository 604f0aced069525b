"""`quyu manage load_boundaries FILE --code-field CODE --name-field NAME`: the company's own boundaries."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quyu.kernel.refusal import Refusal
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.services import load_boundaries


class Command(BaseCommand):
    help = "Replace drawn boundaries from a GeoJSON file; unknown codes become new units."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code-field", default="code")
        parser.add_argument("--name-field", default="name")
        parser.add_argument("--level", choices=UnitLevel.values, default=UnitLevel.OTHER)

    def replace_boundaries(
        self, *, file: Path, code_field: str, name_field: str, level: str, **_options: object
    ) -> None:
        if not file.is_file():
            raise CommandError(f"{file}: no such file")
        try:
            replaced, added = load_boundaries(file, code_field=code_field, name_field=name_field, level=level)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{replaced} replaced, {added} added")

    handle = replace_boundaries
