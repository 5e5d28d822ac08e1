"""Where a PostgreSQL database is, said without its password."""

import pytest

from footfall.errors import UsageError
from footfall.sinks import parse
from footfall.store.postgres.address import Address

SECRET = "p%40ss%2Fw0rd"
MEANT = "p@ss/w0rd"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            f"postgresql://ann:{SECRET}@db.example:5433/shop",
            "postgresql://ann@db.example:5433/shop",
        ),
        ("postgres://ann@db/shop", "postgresql://ann@db/shop"),
        ("postgresql:///shop", "postgresql:///shop"),
        (
            f"postgresql://db/shop?password={SECRET}&sslmode=require",
            "postgresql://db/shop?sslmode=require",
        ),
        (f"postgresql://db/shop?sslpassword={SECRET}", "postgresql://db/shop"),
        ("postgresql://a,b:5433/shop", "postgresql://a,b:5433/shop"),
    ],
)
def test_is_shown_without_secrets(url, shown):
    """The address as it is shown can be used as it is, and holds no password, wherever it was written."""
    address = Address(url)
    assert address.shown == shown
    assert SECRET not in repr(address)
    assert Address(shown).shown == shown


def test_what_is_shown_finds_the_password_again():
    """Within a process the name of a sink stands for the URL that it was made from; the latest of a name counts."""
    for password in ("first", "second"):
        named = Address(f"postgresql://ann:{password}@db/of-a-name")
        assert Address.of(named.shown).url == named.url
    assert Address.of("postgresql://ann@db/of-no-name").url == "postgresql://ann@db/of-no-name"


@pytest.mark.parametrize("written", ["p%40ss%2fw0rd+1", "p%40ss%2Fw0rd+1"])
def test_a_secret_is_known_however_it_is_written(written):
    """As it stands in the URL, and as it is meant: others may say either."""
    address = Address(f"postgresql://ann@db/shop?password={written}")
    for said in (written, "p@ss/w0rd 1", "p@ss/w0rd+1"):
        assert "w0rd" not in address.masked(f"password {said} is wrong")


def test_no_secret_stands_in_what_others_say(monkeypatch):
    """A driver's message loses the password as it was written, as it is meant, and the one of the environment."""
    monkeypatch.setenv("PGPASSWORD", "of-the-environment")
    address = Address(f"postgresql://ann:{SECRET}@db/shop")
    said = address.masked(f"bad: {SECRET}, {MEANT}, of-the-environment")
    assert said == "bad: ***, ***, ***"


@pytest.mark.parametrize("password", ["pa@ss", "pa/ss@", "pa#ss", "a:b/c", "12?34", "12/34"])
def test_a_password_that_breaks_the_url_is_not_shown(password):
    """A URL that cannot be read is told without any of it: what looks like a host may be half a password."""
    with pytest.raises(UsageError, match="PGPASSWORD") as problem:
        parse(f"postgresql://ann:{password}@db/shop")
    assert password not in str(problem.value)


@pytest.mark.parametrize("spec", ["postgresql:shop", "postgres:me@db/shop", "postgresql:/shop"])
def test_a_url_without_slashes_is_told_how_it_is_written(spec):
    """Before anything is asked of a server."""
    with pytest.raises(UsageError, match="accepted: postgresql://USER@HOST:PORT/DATABASE"):
        parse(spec)


def test_a_kind_that_is_misspelt_shows_no_password():
    """`--to` is repeated in the error, without what stands between the user and the host."""
    with pytest.raises(UsageError, match="there is no such sink") as problem:
        parse("postgre://ann:hunter2@db/shop")
    assert "hunter2" not in str(problem.value)
