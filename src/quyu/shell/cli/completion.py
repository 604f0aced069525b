"""Shell completion: `eval "$(quyu completion bash)"`."""

import click
from click.shell_completion import get_completion_class

from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command, help=_('输出自动补全脚本。例如在 ~/.bashrc 里写：eval "$(quyu completion bash)"'))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    source = get_completion_class(shell)
    if source is not None:
        click.echo(source(ctx.find_root().command, {}, "quyu", "_QUYU_COMPLETE").source())
