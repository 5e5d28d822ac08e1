"""What may stand after `--to`."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from footfall.errors import UsageError
from footfall.sinks import parse, registry


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("duckdb:a.duckdb", "duckdb:a.duckdb"),
        ("a.duckdb", "duckdb:a.duckdb"),
        ("folder/a.db", "duckdb:folder/a.db"),
        ("parquet:out", "parquet:out"),
        ("out.parquet/", "parquet:out.parquet"),
        ("ndjson:x", "ndjson:x"),
        ("x.ndjson", "ndjson:x.ndjson"),
        ("x.jsonl.gz", "ndjson:x.jsonl.gz"),
        ("csv:x", "csv:x"),
        ("x.csv", "csv:x.csv"),
        ("json:x", "json:x"),
        ("x.json", "json:x.json"),
        ("-", "-"),
    ],
)
def test_kinds_and_endings(spec, name):
    """A kind and a target, or a path whose ending tells the kind."""
    assert parse(spec).name == name


@pytest.mark.parametrize("spec", ["xlsx:a", "events", "a.xlsx", ""])
def test_an_unknown_kind_is_told_what_there_is(spec):
    """The error quotes what was written and lists what is accepted."""
    with pytest.raises(
        UsageError, match="there is no such sink\n  accepted: duckdb:FILE, parquet:"
    ):
        parse(spec)


@pytest.mark.parametrize("kind", ["https", "http", "webhook"])
def test_a_url_alone_is_told_how_a_webhook_is_written(kind):
    """And is not shown: its path may be a secret."""
    with pytest.raises(UsageError, match=r"hint: write webhook\+https://HOST/PATH") as caught:
        parse(f"{kind}://hooks.example/c4n4ry")
    assert "c4n4ry" not in str(caught.value)


def test_a_kind_without_a_target():
    """`duckdb:` alone is not enough."""
    with pytest.raises(UsageError, match="names no target\n  hint: write duckdb:FILE"):
        parse("duckdb:")


def test_other_packages_bring_sinks(monkeypatch):
    """An entry point `footfall.sinks` is called with what follows the colon, and is listed."""
    point = EntryPoint(
        name="mine", value="footfall.sinks.files.one_file:FORMATS", group="footfall.sinks"
    )
    monkeypatch.setattr(EntryPoint, "load", lambda self: lambda target: f"a sink into {target}")
    monkeypatch.setattr(
        registry, "entry_points", lambda **asked: EntryPoints([point]).select(**asked)
    )
    assert parse("mine:there") == "a sink into there"
    with pytest.raises(UsageError, match="mine:…"):
        parse("yours:there")
