"""Every command and every option stands in the documentation."""

import importlib
from pathlib import Path

import click
import pytest

from footfall.cli.main import COMMANDS
from footfall.sinks.registry import KINDS

ROOT = Path(__file__).parents[2]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text()
SPELLINGS = {"postgres", "webhook+http"}
"""Kinds of sinks that are documented under another name."""


def command(name: str) -> click.Command:
    return importlib.import_module(f"footfall.cli.{COMMANDS[name][0]}").command


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented(name):
    """docs/cli.md has a heading for the command and names every option of it."""
    assert f"\n## footfall {name}\n" in CLI_PAGE
    section = CLI_PAGE.split(f"\n## footfall {name}\n")[1].split("\n## ")[0]
    options = [o.opts[-1] for o in command(name).params if isinstance(o, click.Option)]
    assert [o for o in options if f"`{o}" not in section] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_table_says_what_the_command_says(name):
    """The one line in `footfall --help` is the first line of the command's own help."""
    assert command(name).help.splitlines()[0] == COMMANDS[name][1]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name):
    """`--help` of every command shows how it is used."""
    assert f"footfall {name}" in (command(name).epilog or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name):
    """No option is left unexplained."""
    assert [
        o.opts for o in command(name).params if isinstance(o, click.Option) and not o.help
    ] == []


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - SPELLINGS))
def test_every_kind_of_sink_is_shown(kind):
    """README, docs/cli.md and the help of `footfall run --to` show how it is written."""
    (to,) = (o for o in command("run").params if o.name == "to")
    texts = {"README": (ROOT / "README.md").read_text(), "cli.md": CLI_PAGE, "help": to.help}
    assert [where for where, text in texts.items() if f"{kind}:" not in text] == []
