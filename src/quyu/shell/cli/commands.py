"""The classes of our commands: help in the person's language, commands imported only when called."""

import importlib
import importlib.util
import os
import sqlite3
from dataclasses import dataclass

import click
import django
from django.apps import apps
from django.db import Error
from django.utils import translation

from quyu.kernel.refusal import Refusal
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.outages import Outage, outage_of


class SpokenOutage(click.ClickException):
    """Room, rights or the database are missing: what, and what to do. Nothing was written."""

    exit_code = 3

    def __init__(self, outage: Outage) -> None:
        super().__init__(f"{_(outage.heading)}。{_(outage.advice)}")


class SpokenHelp(click.Command):
    """A command whose headings of help are in the person's language."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (OSError, Error, sqlite3.Error) as error:
            outage = outage_of(error)
            if outage is None:
                raise
            raise SpokenOutage(outage) from error

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("用法：") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._write_section(_("参数"), self._records(ctx, click.Argument), formatter)
        self._write_section(_("选项"), self._records(ctx, click.Option), formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: the arguments stand above the options already."""

    def _records(self, ctx: click.Context, kind: type[click.Parameter]) -> list[tuple[str, str]]:
        params = [
            param
            for param in self.get_params(ctx)
            if isinstance(param, kind) and getattr(param, "help", None)
        ]
        return [record for param in params if (record := param.get_help_record(ctx))]

    def _write_section(
        self, title: str, records: list[tuple[str, str]], formatter: click.HelpFormatter
    ) -> None:
        if records:
            with formatter.section(title):
                formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("显示帮助并退出。")
        return option


class Command(SpokenHelp):
    """One verb of `quyu`. A refusal ends it with its message and exit code 1, without a traceback."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("options_metavar", _("[选项]"))
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(_(refusal.template).format(**refusal.numbers)) from refusal


@dataclass(frozen=True)
class Entry:
    """Where a command lives (`module:attribute`), what it is for, and the right it stands under.

    `right` is (resource, action): what the account named by `--as` needs; the operator of the machine acts
    for the product itself. `needs_site` loads Django first.
    """

    target: str
    summary: str
    right: tuple[str, str]
    needs_site: bool = True

    @property
    def module(self) -> str:
        return self.target.partition(":")[0]

    def exists(self) -> bool:
        return importlib.util.find_spec(self.module) is not None

    def load(self) -> click.Command:
        if self.needs_site:
            open_site()
        command = getattr(importlib.import_module(self.module), self.target.partition(":")[2])
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is not a command")
        return command


class CommandGroup(SpokenHelp, click.Group):
    """A verb with verbs of its own (`quyu import orders`)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("options_metavar", _("[选项]"))
        kwargs.setdefault("subcommand_metavar", _("命令 [参数]…"))
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def summaries(self) -> list[tuple[str, str]]:
        """Names of the commands with what they are for."""
        return [(name, command.get_short_help_str(100)) for name, command in self.commands.items()]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section(_("命令")):
            formatter.write_dl(self.summaries())


class LazyGroup(CommandGroup):
    """A group that knows its commands by name and imports one when it is called."""

    def __init__(self, *args: object, entries: dict[str, Entry], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.entries = {name: entry for name, entry in entries.items() if entry.exists()}

    def summaries(self) -> list[tuple[str, str]]:
        return [(name, entry.summary) for name, entry in self.entries.items()]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return entry.load() if entry else None


def open_site() -> None:
    """Loads settings and models, and speaks the language of the terminal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quyu.shell.settings")
    if not apps.ready:
        django.setup()
    translation.activate(LANGUAGE)
