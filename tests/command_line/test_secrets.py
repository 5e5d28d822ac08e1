"""No secret of the command line is printed or kept, wherever in it the secret stood."""

from pathlib import Path

import click
import pytest

from footfall.cli.main import COMMANDS
from footfall.cli.main import footfall as commands
from footfall.errors import masked
from tests.commands import footfall

CANARY = "C4n4ry-pw"
ADDRESSES = (
    f"postgresql://me:{CANARY}@127.0.0.1:1/shop",
    f"postgresql://me:a@b/{CANARY}@127.0.0.1:1/shop",
    f"postgresql://127.0.0.1:1/shop?password={CANARY}",
    f"webhook+http://me:{CANARY}@127.0.0.1:1/x",
    f"kafka://127.0.0.1:1/t?sasl.password={CANARY}",
    f"host=127.0.0.1 port=1 password={CANARY}",
)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def lines(name: str, address: str) -> list[list[str]]:
    """Return command lines with an address as each argument, as each option, and where nothing belongs."""
    command = commands.get_command(click.Context(commands), name)
    places = [[f"--{address}"], ["--nothing", address], [address] * 4]
    for parameter in command.params:
        option = parameter.opts[0]
        given = [[option, address] if option.startswith("-") else [address]]
        for other in command.params:
            if other.required and other is not parameter:
                written = other.opts[0]
                given += [[written, "ndjson:x"] if written.startswith("-") else ["starter"]]
        places.append([word for words in given for word in words])
    return [[name, *place] for place in places]


@pytest.mark.parametrize("name", [*(name for name in COMMANDS if name != "serve"), ""])
def test_a_password_in_every_place(name):
    """Neither output nor a file of a command holds a password that stood in its arguments."""
    for address in ADDRESSES:
        for args in lines(name, address) if name else [[address], [f"--{address}"]]:
            said = footfall(*args)
            assert CANARY not in said.out + said.err, args
    kept = [path for path in Path().rglob("*") if path.is_file()]
    assert [path for path in kept if CANARY.encode() in path.read_bytes()] == []
    assert CANARY not in "".join(map(str, Path().rglob("*")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x postgresql:/me:p@w/d@h/db y", "x postgresql:/me:•••@h/db y"),
        ("https://key@host/a", "https://•••@host/a"),
        ("--to=webhook+https://h/T0/B1#max=3", "--to=webhook+https://h/•••#max=3"),
        ("a?sslpassword=p&x=1", "a?sslpassword=•••&x=1"),
        ("password = 'a b' host=h", "password = ••• host=h"),
        ('export FOOTFALL_TOKEN="$(openssl rand)"', 'export FOOTFALL_TOKEN="$(openssl rand)"'),
        ("at 12:30 https://host:80/a of 3", "at 12:30 https://host:80/a of 3"),
    ],
)
def test_masked(text, says):
    """What is secret in an address is masked, and nothing else."""
    assert masked(text) == says
