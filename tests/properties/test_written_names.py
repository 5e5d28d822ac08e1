"""Names as they are: whatever events, properties and fields are called, they come back so from every destination."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.data.schema import Field, events_schema
from footfall.errors import UnitError
from footfall.scenario.names import MOST_WRITTEN, parse_written
from footfall.sinks import parse
from footfall.sinks.conformance.row_comparison import (
    differences,
    expected,
    from_csv,
    from_json,
    plain,
    renamed_rows,
)
from footfall.sinks.delivery.row_texts import bytes_of
from footfall.sinks.protocol import prepared_of
from footfall.sinks.scratch import Scratch
from footfall.sinks.webhook.encode import encode
from footfall.store import open_store
from footfall.store.column_names import renamed_fields, with_columns
from tests.chunks import BARE, ODD_NAMES, make_chunks, make_run

ALONE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def is_name(text: str) -> bool:
    try:
        return parse_written(text) == text
    except UnitError:
        return False


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cn")), min_size=1, max_size=MOST_WRITTEN
)
NAMES = (
    st.sampled_from(ODD_NAMES)
    | TEXTS.filter(is_name)
    | st.text("aA.$/~' \"_2", min_size=1).filter(is_name)
)
NAME_LISTS = st.lists(NAMES, min_size=1, max_size=8, unique=True)


def schema_of(names: list[str], inner: list[str]):
    fields = tuple(Field(name, "integer") for name in inner)
    own = tuple(
        Field(name, kind)
        for name, kind in zip(names, ["text", "integer", "id", "money"] * 2, strict=False)
    )
    listed = Field(
        next(name for name in ("lines", "Lines of it") if name not in names),
        "list",
        None,
        fields,
    )
    return replace(BARE, event_properties=(*own, listed), user_properties=(listed, *own))


def written(spec: str, run, chunks):
    sink = parse(spec)
    sink.open(run, fresh=True)
    for chunk in chunks:
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)


@pytest.mark.parametrize("kind", ["duckdb", "parquet"])
@ALONE
@given(names=NAME_LISTS, inner=NAME_LISTS)
def test_tables_hold_every_name_or_say_what_becomes_of_it(tmp_path_factory, kind, names, inner):
    """Rows come back from a database and from Parquet files, under their names or those that were told."""
    schema = schema_of(names, inner)
    run = make_run(schema, days=1, people=32)
    chunks, folder = list(make_chunks(run, rows=20)), tmp_path_factory.mktemp("names")
    written(f"{kind}:{folder}/a.{kind}", run, chunks)
    wanted = renamed_rows(expected(chunks), renamed_fields(schema))
    with open_store(f"{folder}/a.{kind}") as store:
        found = {
            name: plain(store.arrow(f"SELECT * FROM bare.{name}").to_pylist())
            for name in wanted
        }
        assert store.runs()[0].run.stream.schema == schema
        assert store.arrow("SELECT * FROM bare.users").num_rows == len(wanted["arrivals"])
    assert differences(wanted, found) == {}
    for path in folder.rglob("*.parquet"):
        if "/events/" in str(path):
            assert pq.read_schema(path).names == events_schema(with_columns(schema)).names


@pytest.mark.parametrize("ending", ["ndjson", "json", "csv"])
@ALONE
@given(names=NAME_LISTS, inner=NAME_LISTS)
def test_files_of_lines_hold_every_name(tmp_path_factory, ending, names, inner):
    """NDJSON, JSON and CSV have each name letter by letter."""
    schema = schema_of(names, inner)
    run = make_run(schema, days=1, people=32)
    chunks, folder = list(make_chunks(run, rows=20)), tmp_path_factory.mktemp("names")
    written(f"{folder}/a.{ending}", run, chunks)
    text = (folder / f"a.{ending}").read_bytes().decode()
    if ending == "csv":
        found = from_csv(text, events_schema(schema))
    elif ending == "json":
        found = from_json(text)
    else:
        found = [from_json(line) for line in text.split("\n")[:-1]]
    assert differences({"events": expected(chunks)["events"]}, {"events": found}) == {}


@ALONE
@given(names=NAME_LISTS, inner=NAME_LISTS)
def test_payloads_hold_every_name(tmp_path_factory, names, inner):
    """What is sent to a webhook has each name letter by letter."""
    run = make_run(schema_of(names, inner), days=1, people=32)
    for chunk in make_chunks(run, rows=20):
        scratch = Scratch(tmp_path_factory.mktemp("names") / "scratch")
        prepared = prepared_of(chunk, encode(chunk.events, scratch))
        rows = from_json(f"[{bytes(bytes_of(prepared, 'rows')).decode().rstrip(',')}]")
        assert differences({"events": expected([chunk])["events"]}, {"events": rows}) == {}
