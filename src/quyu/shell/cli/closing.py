"""The last line of a command that answers in JSON when asked to: also where it is refused, or room or rights are missing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from quyu.kernel.refusal import Refusal
from quyu.shell.cli.commands import SpokenOutage
from quyu.shell.cli.language import _
from quyu.shell.outages import outage_of

Line = dict[str, object]


def close(line: Line, *, as_json: bool) -> None:
    """Say it if it was asked for."""
    if as_json:
        click.echo(json.dumps(line, ensure_ascii=False))


@contextmanager
def closed_by(refused: Callable[[str, str], Line], *, as_json: bool) -> Iterator[None]:
    """Whatever ends the command early is said in the last line, which `refused` makes of a code and a message."""
    try:
        yield
    except Refusal as refusal:
        close(refused(refusal.code, _(refusal.template).format(**refusal.numbers)), as_json=as_json)
        raise
    except OSError as error:
        outage = outage_of(error)
        if outage is None:
            raise
        spoken = SpokenOutage(outage)
        close(refused(outage.code, spoken.message), as_json=as_json)
        raise spoken from error
