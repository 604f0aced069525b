"""The command line: help in two languages, commands found when called, refusals without a traceback."""

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from quyu.kernel.refusal import Refusal
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import language_of
from quyu.shell.cli.main import COMMANDS, main
from quyu.shell.cli.wording import columns


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh-hans"),
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "QUYU_LANG": "zh"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "QUYU_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_chosen_by_the_environment(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_help_lists_every_command_that_exists_in_chinese() -> None:
    result = CliRunner().invoke(main, ["--help"])

    assert result.exit_code == 0
    assert "用法：" in result.output
    assert all(f"  {name} " in result.output for name, entry in COMMANDS.items() if entry.exists())


@pytest.mark.parametrize(
    "name", [name for name, entry in COMMANDS.items() if entry.exists() and name != "manage"]
)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])

    assert result.exit_code == 0, result.output
    assert "用法：" in result.output


def test_a_group_lists_its_own_commands() -> None:
    result = CliRunner().invoke(main, ["import", "--help"])

    assert "orders" in result.output
    assert "命令:" in result.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])

    assert "_QUYU_COMPLETE" in result.output


def test_a_refusal_is_a_message_and_exit_code_one() -> None:
    @click.command(cls=Command)
    def refuse() -> None:
        raise Refusal("too_small", "目标 {target} 低于锁定值 {locked}。", target=5, locked=7)

    result = CliRunner().invoke(refuse)

    assert result.exit_code == 1
    assert "目标 5 低于锁定值 7。" in result.output
    assert "Traceback" not in result.output


def test_the_version_is_told_without_loading_the_site() -> None:
    script = "import sys; from quyu.shell.cli.main import main; main(['--version'], standalone_mode=False); sys.exit('numpy' in sys.modules)"

    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("quyu")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["impor"], "错误：没有命令 'impor'。"),
        (["plan", "--orders", "/nowhere"], "'--orders' 的值不对：'/nowhere' 不存在。"),
        (["plan", "--help"], "[必填]"),
    ],
)
def test_refusals_of_the_command_line_are_chinese(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, arguments)

    assert said in result.output
    assert "Error" not in result.output
    assert "Try" not in result.output


def test_help_names_in_chinese_what_an_option_takes_and_stays_aligned() -> None:
    script = "from quyu.shell.cli.main import main; main(['align', '--help'])"
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    options = [line for line in process.stdout.splitlines() if line.startswith("  --")]

    assert "  --territories 整数 " in process.stdout
    assert not re.search(
        r"[A-Z]{4,}", " ".join(line for line in options if "[fast" not in line).replace("JSON", "")
    )
    starts = {columns(re.match(r"(  \S+ ?\S* {2,})\S", line)[1]) for line in options}  # type: ignore[index]
    assert len(starts) == 1
