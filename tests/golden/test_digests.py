"""What is in a digest, and what is not."""

import dataclasses
import datetime as dt
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall.compiler import compile_scenario, stream_id
from footfall.data.schema import TEXT, TIMESTAMP
from footfall.scenario import load_shipped
from footfall.sim import keys
from footfall.units import DAY_MS, HOUR_MS, zones
from tests.golden import streams
from tests.golden.canonical import digest_of_table, digest_of_tallies
from tests.simulated import chunks

NAME, PEOPLE, DAYS = "online_school", 150, 20
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SCHEMA = pa.schema(
    [
        pa.field("n", pa.int64(), nullable=False),
        pa.field("text", TEXT),
        pa.field("time", TIMESTAMP),
        pa.field("sum", pa.decimal64(18, 2)),
        pa.field("share", pa.float64()),
        pa.field("is", pa.bool_()),
        pa.field("tags", pa.list_(TEXT)),
        pa.field(
            "record",
            pa.struct(
                [
                    ("word", TEXT),
                    ("lines", pa.list_(pa.struct([("sku", TEXT), ("n", pa.int64())]))),
                ]
            ),
        ),
    ]
)
SPARSE = {"word": None, "lines": []}
ONE, NONE = {"sku": "x", "n": 1}, {"sku": None, "n": None}
ROWS = [
    dict(zip(SCHEMA.names, row, strict=True))
    for row in (
        (1, "é", NOON, Decimal("-1.50"), 0.1, True, ["a", None], None),
        (2, None, None, None, None, None, None, SPARSE),
        (3, "b", NOON, Decimal(3), 2.5, False, [], {"word": "w", "lines": [ONE, NONE]}),
    )
]
OTHERS = [
    *((0, "n", 4), (0, "text", "e"), (0, "text", None), (0, "text", ""), (1, "text", "")),
    *(
        (0, "time", NOON + dt.timedelta(milliseconds=1)),
        (0, "sum", Decimal("1.50")),
        (1, "sum", Decimal(0)),
    ),
    *((2, "share", 2.5000000000000004), (1, "share", 0.0), (1, "is", False), (2, "is", True)),
    *((0, "tags", [None, "a"]), (0, "tags", ["a", ""]), (1, "tags", []), (2, "tags", None)),
    *((0, "record", SPARSE), (1, "record", {"word": None, "lines": None}), (1, "record", None)),
    *(
        (2, "record", {"word": "w", "lines": [ONE, other]})
        for other in (None, {"sku": "y", "n": None})
    ),
]


def table(rows=ROWS, schema=SCHEMA):
    return pa.Table.from_pylist(rows, schema=schema)


def digest(*tables):
    return digest_of_table(tables, ["n"])


@pytest.mark.parametrize(("row", "column", "value"), OTHERS)
def test_every_value_and_every_null_counts(row, column, value):
    """One other value, or a null in place of an empty one, at any depth, is another digest."""
    rows = [dict(each) for each in ROWS]
    rows[row][column] = value
    assert digest(table(rows)) != digest(table())


def test_names_types_and_nullability_count():
    """A column of another name, type or nullability, and columns in another order, are another digest."""
    whole = table()
    fields = list(SCHEMA)
    other = [
        whole.rename_columns(["n", "word", *SCHEMA.names[2:]]),
        whole.cast(pa.schema([pa.field("n", pa.int64()), *fields[1:]])),
        whole.cast(
            pa.schema(
                [*fields[:2], pa.field("time", pa.timestamp("us", tz="UTC")), *fields[3:]]
            )
        ),
        whole.cast(pa.schema([*fields[:3], pa.field("sum", pa.decimal64(18, 3)), *fields[4:]])),
        whole.select([*SCHEMA.names[:-2], "record", "tags"]),
        whole.drop_columns(["is"]),
    ]
    assert len({digest(each) for each in [whole, *other]}) == 1 + len(other)


def test_how_arrow_holds_a_table_does_not_count():
    """Chunks, slices, order of rows, dictionaries and none: the digest stays."""
    whole = table()
    plain = pa.schema(
        [pa.field(f.name, *[PLAIN.get(f.name, f.type)], f.nullable) for f in SCHEMA]
    )
    shifted = (
        pa.concat_tables([table(ROWS[2:]), whole, table(ROWS[:1])]).combine_chunks().slice(1, 3)
    )
    unused = whole.set_column(
        1,
        SCHEMA.field("text"),
        pa.DictionaryArray.from_arrays([2, None, 0], ["b", "zzz", "é"]).cast(TEXT),
    )
    for same in (
        whole.cast(plain),
        table(schema=plain),
        shifted,
        whole.take([2, 0, 1]),
        unused,
    ):
        assert digest(same) == digest(whole)
    assert digest(table(ROWS[:1]), table(ROWS[1:])) == digest(whole)
    assert digest(whole.slice(2), whole.slice(0, 0), whole.slice(0, 2)) == digest(whole)


PLAIN = {
    "text": pa.string(),
    "tags": pa.list_(pa.string()),
    "record": pa.struct(
        [
            ("word", pa.string()),
            ("lines", pa.list_(pa.struct([("sku", pa.string()), ("n", pa.int64())]))),
        ]
    ),
}


def test_digests_stay_from_version_to_version():
    """The digest of a table of all types is this one, whatever the version of Arrow and NumPy."""
    assert digest(table()) == "3 rows, 837624bd090a2c7dc9c65f33fa9feb8d"


def test_tallies_count_each_number_and_no_order():
    """One more of anything is another digest; the order in which they were counted is none."""
    tallies = part()[0].tallies
    turned = dataclasses.replace(tallies, decisions=dict(reversed(tallies.decisions.items())))
    assert digest_of_tallies(turned) == digest_of_tallies(tallies)
    for name in ("decisions", "effects", "stages", "cities"):
        key, value = next(iter(getattr(tallies, name).items()))
        more = value + 1 if isinstance(value, int) else (value[0], value[1] + 1, *value[2:])
        other = dataclasses.replace(tallies, **{name: getattr(tallies, name) | {key: more}})
        assert digest_of_tallies(other) != digest_of_tallies(tallies)


# --- streams ---------------------------------------------------------------------------------------------------------


def part(cuts=(), group=10**9):
    return chunks(
        compile_scenario(load_shipped(NAME), people=PEOPLE, seed=1), DAYS, cuts, group
    )


def test_windows_and_groups_are_no_part_of_a_streams_digests():
    """A stream cut into other windows and groups of people has the digests of the whole."""
    whole = streams.digests(part(), NAME)
    assert streams.digests(part([0.3, 4, 11.7], 37), NAME) == whole


def test_workers_are_no_part_of_a_streams_digests():
    """Two processes give the digests of one."""
    asked = {"people": PEOPLE, "days": DAYS}
    one, two = (list(footfall.simulate(NAME, **asked, workers=workers)) for workers in (1, 2))
    assert streams.digests(one, NAME) == streams.digests(two, NAME)


def test_one_draw_of_one_person_shows(monkeypatch):
    """One bit of the key of one person changes events, changes and tallies; identity and offsets stay."""
    before, real = streams.digests(part(), NAME), keys.person_keys
    ids = [insert_id.split("-")[1] for insert_id in part()[0].events["insert_id"].to_pylist()]
    ((digits, _),) = Counter(ids).most_common(1)
    busy = int(digits, 16)
    monkeypatch.setattr(
        keys,
        "person_keys",
        lambda key, who: real(key, who) ^ np.equal(who, busy).astype(np.uint64),
    )
    after = streams.digests(part(), NAME)
    changed = {thing for thing in before if before[thing] != after[thing]}
    assert {"events", "changes", "tallies"} <= changed
    assert not changed & {"identity", "offsets"}


def test_one_value_shows_in_its_table_alone():
    """An event a millisecond later is another digest of events, and of nothing else."""
    (chunk,) = part()
    times = chunk.events["time"].cast(pa.int64()).to_pylist()
    times[100] += 1
    later = pa.array(times, pa.int64()).cast(TIMESTAMP)
    number = chunk.events.column_names.index("time")
    events = chunk.events.set_column(number, chunk.events.schema.field("time"), later)
    before, after = (
        streams.digests([chunk], NAME),
        streams.digests([dataclasses.replace(chunk, events=events)], NAME),
    )
    assert [thing for thing in before if before[thing] != after[thing]] == ["events"]


def test_another_version_of_the_time_zone_data_is_no_change(monkeypatch):
    """With another tzdata version every id is another one, and the digests stay."""
    before, ids = streams.digests(part(), NAME), part()[0].events["insert_id"][0]
    monkeypatch.setattr(zones, "version", lambda: "2099.1")
    assert part()[0].events["insert_id"][0] != ids
    assert streams.digests(part(), NAME) == before


def test_other_offsets_are_told_apart(monkeypatch):
    """Where a zone has another offset in one hour of the run, the digest of offsets tells."""
    before, real = streams.digests(part(), NAME), zones.offset_ms
    day_5 = part()[0].stream.start_ms + 5 * DAY_MS
    monkeypatch.setattr(
        zones,
        "offset_ms",
        lambda name, ms: real(name, ms) + HOUR_MS * (name == "Europe/Paris" and ms == day_5),
    )
    assert streams.digests(part(), NAME)["offsets"] != before["offsets"]


def test_the_output_version_is_part_of_the_identity(monkeypatch):
    """A raised output version changes the identity, and no digest of a table."""
    before = streams.digests(part(), NAME)
    monkeypatch.setattr(stream_id, "OUTPUT_VERSION", stream_id.OUTPUT_VERSION + 1)
    after = streams.digests(part(), NAME)
    assert [thing for thing in before if before[thing] != after[thing]] == ["identity"]


def test_ids_that_do_not_begin_with_the_identity_are_refused():
    """An id of another stream is found, though its first digits are in no digest."""
    (chunk,) = part()
    other = dataclasses.replace(chunk, stream=dataclasses.replace(chunk.stream, id="f" * 16))
    with pytest.raises(AssertionError, match="_id does not begin with the stream's identity"):
        streams.digests([other], NAME)
