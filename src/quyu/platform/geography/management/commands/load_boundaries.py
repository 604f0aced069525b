"""`quyu manage load_boundaries FILE --code-field CODE --name-field NAME`: the company's own boundaries.

`--preview` says what the file matches and what was mended, and changes nothing.
"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from quyu.kernel.refusal import Refusal
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.services import BoundaryPreview, load_boundaries, preview_boundaries

SHOWN = 20


class Command(BaseCommand):
    help = "Replace drawn boundaries from GeoJSON or a zipped shapefile; unknown codes become new units."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code-field", default="code")
        parser.add_argument("--name-field", default="name")
        parser.add_argument("--preview", action="store_true", help="say what would change; change nothing")
        parser.add_argument("--level", choices=UnitLevel.values, default=UnitLevel.OTHER)

    def replace_boundaries(
        self, *, file: Path, code_field: str, name_field: str, level: str, preview: bool, **_options: object
    ) -> None:
        if not file.is_file():
            raise CommandError(f"{file}: no such file")
        try:
            if preview:
                self.tell(preview_boundaries(file, code_field=code_field, name_field=name_field))
                return
            replaced, added = load_boundaries(file, code_field=code_field, name_field=name_field, level=level)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{replaced} replaced, {added} added")

    def tell(self, found: BoundaryPreview) -> None:
        for text, codes in (
            ("boundary replaced", found.replaced),
            ("new units", found.added),
            ("units of the same level not in the file", found.absent),
            ("rings that crossed themselves, mended", found.repaired),
        ):
            named = " ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
            self.stdout.write(f"{text}: {len(codes)} {named}".rstrip())
        self.stdout.write(f"pairs of neighbours: {found.touching}")

    handle = replace_boundaries
