"""The line that says how a command is continued."""

import pytest

from footfall.cli.rerun import LEFT_OUT, again


@pytest.mark.parametrize(
    "spec",
    [
        "duckdb:a b.duckdb",
        "postgres://ann@db/shop",
        "webhook+http://LOCALHOST:8888/webhook?token=x#batch=5",
        "amplitude:eu#dry-run",
        "-",
    ],
)
def test_a_command_without_secrets_is_as_it_was(spec):
    """It can be typed again as it stands, quoted where a shell wants it."""
    line = again(["run", "shop.yaml", "--to", spec])
    assert (
        line
        == f"footfall run shop.yaml --to {repr(spec) if ' ' in spec or '?' in spec or '#' in spec else spec}"
    )


@pytest.mark.parametrize("form", ["--to {}", "--to={}"])
@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (
            "postgresql://ann:c4n4ry@db/shop?sslmode=require",
            "postgresql://ann@db/shop?sslmode=require",
        ),
        ("postgresql://ann@db/shop?password=c4n4ry", "postgresql://ann@db/shop"),
        ("postgresql://ann@db/shop?password=c4n4ry%2Fb", "postgresql://ann@db/shop"),
        ("postgresql://ann@db/shop?password=c4n4ry+b%3a%21", "postgresql://ann@db/shop"),
        ("postgresql://ann@db/shop?sslpassword=%61c4n4ry", "postgresql://ann@db/shop"),
        (
            "webhook+https://hooks.example/c4n4ry?key=c4n4ry#batch=5",
            "webhook+https://hooks.example/…",
        ),
    ],
)
def test_a_secret_does_not_stand_in_it(form, spec, shown):
    """Neither the password of a database nor the path of a URL elsewhere; that something is missing is said."""
    line = again(["run", "shop", *form.format(spec).split(" ")])
    assert shown in line
    assert "c4n4ry" not in line
    assert line.endswith(LEFT_OUT)
    assert ("#batch=5" in line) == ("#batch=5" in spec)
