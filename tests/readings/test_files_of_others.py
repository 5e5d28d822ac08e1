"""Files of others become one relation, whatever wrote them: units, zones, encodings, separators, bad lines."""

import datetime as dt
import decimal
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.errors import UsageError
from footfall.foreign.open_events import open_events
from footfall.foreign.roles import Named
from footfall.validation import Expectations, ExpectedEvent, ExpectedProperty, validate

MOMENT = dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
MOMENT_MS = 1_767_607_200_000
WANTED = "SELECT event_type, who, time_ms, time_flaw FROM e ORDER BY time_ms"


def rows_of(path, named=None, sql=WANTED):
    with open_events(path, named=named) as source:
        return source.rows(sql)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_of_parquet(tmp_path, unit, zone):
    """A timestamp of any unit and zone is the moment that it says; without a zone it is UTC, or what --zone says."""
    moment = MOMENT if zone else MOMENT.replace(tzinfo=None)
    times = pa.array([moment], pa.timestamp(unit, zone))
    pq.write_table(
        pa.table({"person": ["p1"], "at": times, "action": ["open"]}), tmp_path / "x.parquet"
    )
    assert rows_of(tmp_path / "x.parquet") == [("open", "p1", MOMENT_MS, None)]
    tokyo = rows_of(tmp_path / "x.parquet", Named(zone="Asia/Tokyo"))
    assert tokyo[0][2] == MOMENT_MS - (0 if zone else 9 * 3_600_000)


@pytest.mark.parametrize(
    "number", [MOMENT_MS // 1000, MOMENT_MS, MOMENT_MS * 1000, MOMENT_MS * 10**6]
)
@pytest.mark.parametrize("form", ["csv", "ndjson", "text", "parquet"])
def test_units_of_numbers(tmp_path, number, form):
    """A number is seconds, ms, µs or ns since 1970 by its size, in every form of file."""
    path = tmp_path / f"x.{'ndjson' if form == 'text' else form}"
    if form == "parquet":
        pq.write_table(pa.table({"uid": [7], "ts": [number], "event": ["open"]}), path)
    elif form == "csv":
        path.write_text(f"uid,ts,event\n7,{number},open\n")
    else:
        time = str(number) if form == "text" else number
        path.write_text(json.dumps({"uid": 7, "ts": time, "event": "open"}))
    assert rows_of(path) == [("open", "7", MOMENT_MS, None)]


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
@pytest.mark.parametrize("has_holder", [False, True])
def test_a_time_of_another_name_beside_an_event_type(tmp_path, form, has_holder):
    """It is the time; what stands in `event_properties` are the properties still, and what stands beside too."""
    properties = {"price": 3, "created_at": "2020-01-01"}
    event = {"event_type": "open", "user_id": "user-1", "ts": MOMENT_MS // 1000}
    event |= {"event_properties": properties, "more": 1} if has_holder else properties
    path = tmp_path / f"x.{form}"
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist([event]), path)
    else:
        path.write_text(json.dumps(event))
    with open_events(path) as source:
        found = source.rows("SELECT time_ms, time_flaw, who, to_json(ep) FROM e")
        said = source.taken.rpartition("type event_type; ")[2]
    (*row, ep), *_ = found
    beside = {"more": 1} if has_holder else {}
    assert (row, json.loads(ep)) == ([MOMENT_MS, None, "user-1"], properties | beside)
    wanted = "properties in event_properties; properties beside these more"
    assert said == (wanted if has_holder else "properties price, created_at")


def test_dates_of_properties_are_no_times_of_events(tmp_path):
    """An event without a time has none, also where a property of it is a date."""
    path = tmp_path / "x.ndjson"
    path.write_text(
        '{"event_type": "open", "user_id": "user-1", "event_properties": {"at": "2026-01-05"}}'
    )
    assert rows_of(path) == [("open", "user-1", None, "missing")]


def test_fractions_of_seconds(tmp_path):
    """Seconds with a fraction keep their milliseconds."""
    path = tmp_path / "x.csv"
    path.write_text("uid,ts,event\n7,1767607200.123,open\n7,1767607201.5,open\n")
    assert [row[2] for row in rows_of(path)] == [MOMENT_MS + 123, MOMENT_MS + 1500]


def test_a_unit_unlike_the_others(tmp_path):
    """In a column of seconds one time in milliseconds is right as a moment, and told."""
    lines = [f"7,{MOMENT_MS // 1000 + n},open" for n in range(5)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["uid,ts,event", *lines, f"7,{MOMENT_MS + 9000},open"]))
    assert [row[3] for row in rows_of(path)] == [*[None] * 5, "milliseconds"]


TABLE = "user,when,action,note\np1,2026-01-05T10:00:00Z,öffnen,a\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path, encoding, sign):
    """CSV is read in the encodings and with the separators that spreadsheets write."""
    path = tmp_path / "x.csv"
    path.write_bytes(TABLE.replace(",", sign).encode(encoding))
    assert rows_of(path) == [("öffnen", "p1", MOMENT_MS, None)]
    (tmp_path / "y.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert rows_of(tmp_path / "y.csv.gz") == [("öffnen", "p1", MOMENT_MS, None)]


def test_lines_in_utf_16(tmp_path):
    """Lines of JSON are read in UTF-16 too, as PowerShell writes them, and in a code page."""
    event = {"user": "p1", "when": "2026-01-05T10:00:00Z", "action": "öffnen"}
    path = tmp_path / "x.ndjson"
    for encoding in ("utf-16", "latin-1"):
        path.write_bytes(json.dumps(event, ensure_ascii=False).encode(encoding))
        assert rows_of(path) == [("öffnen", "p1", MOMENT_MS, None)]


def test_ragged_rows(tmp_path):
    """Rows with too few or too many cells, or an open quote, are told with their place; all others are read."""
    path = tmp_path / "x.csv"
    path.write_text(
        "user,when,action\n"
        "p1,2026-01-05T10:00:00Z,open\n"
        "p1,2026-01-05T10:00:01Z\n"
        'p1,2026-01-05T10:00:02Z,"two\nlines"\n'
        "p1,2026-01-05T10:00:03Z,open,more\n"
        "p1,2026-01-05T10:00:04Z,close\n"
    )
    with open_events(path) as source:
        assert source.rows("SELECT line, reason FROM bad ORDER BY line") == [
            (3, "fewer cells than the header, which has 3"),
            (5, "more cells than the header, which has 3"),
        ]
        assert source.rows("SELECT event_type FROM e ORDER BY n") == [
            ("open",),
            ("two\nlines",),
            ("close",),
        ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"event": "a", "x": NaN}', "NaN is no JSON"),
        ('{"event": "a", "x": -Infinity}', "-Infinity is no JSON"),
        ('{"event": "a",}', "no JSON: "),
        ('["a"]', "no JSON object"),
        ('{"event": "\\ud800"}', "half a surrogate pair"),
        ("[" * 100_000, ""),
    ],
)
def test_lines_that_are_no_json(tmp_path, line, reason):
    """What RFC 8259 does not know is no JSON; the line and the reason are kept, the others are read."""
    good = {"user": "p1", "ts": MOMENT_MS, "event": "a"}
    path = tmp_path / "x.ndjson"
    path.write_text(f"{json.dumps(good)}\n{line}\n{json.dumps(good)}\n")
    with open_events(path) as source:
        ((at, told),) = source.rows("SELECT line, reason FROM bad")
        assert at == 2
        assert reason in told
        assert source.rows("SELECT line FROM e ORDER BY n") == [(1,), (3,)]


def test_types_of_csv(tmp_path):
    """Cells are numbers where all of a column are; a code with leading zeros stays a text."""
    path = tmp_path / "x.csv"
    path.write_text(
        "user,ts,event,count,price,code,paid,tags\n"
        '1,1767607200,a,3,1.5,007,true,"[1, 2]"\n'
        "2,1767607201,a,4,2,012,false,[]\n"
    )
    ((found,), _) = rows_of(path, sql="SELECT CAST(ep AS VARCHAR) FROM e ORDER BY n")
    assert json.loads(found) == {
        "count": 3,
        "price": 1.5,
        "code": "007",
        "paid": True,
        "tags": [1, 2],
    }


def test_nested_lines(tmp_path):
    """Roles are found within objects, and taken out of the properties."""
    event = {
        "actor": {"id": "p1", "plan": "free"},
        "verb": "open",
        "context": {"timestamp": MOMENT_MS},
        "n": 1,
    }
    path = tmp_path / "x.ndjson"
    path.write_text(f"{json.dumps(event)}\n")
    assert rows_of(path) == [("open", "p1", MOMENT_MS, None)]
    ((found,),) = rows_of(path, sql="SELECT CAST(ep AS VARCHAR) FROM e")
    assert json.loads(found) == {"actor": {"plan": "free"}, "context": {}, "n": 1}


def test_spark_folders(tmp_path):
    """A folder of part files is read; what begins with a line or a dot is Spark's own."""
    folder = tmp_path / "events.parquet"
    (folder / "_temporary").mkdir(parents=True)
    table = pa.table(
        {"user": ["p1"], "when": pa.array([MOMENT], pa.timestamp("ns", "UTC")), "event": ["a"]}
    )
    for n, codec in enumerate(("snappy", "zstd")):
        pq.write_table(
            table,
            folder / f"part-{n:05}.{codec}.parquet",
            compression=codec,
            use_deprecated_int96_timestamps=True,
        )
    pq.write_table(table, folder / "_temporary" / "half.parquet")
    (folder / "_SUCCESS").write_bytes(b"")
    assert [row[:3] for row in rows_of(folder)] == [("a", "p1", MOMENT_MS)] * 2


def test_errors_list_the_columns_of_the_file(tmp_path):
    """An error lists the columns that the file has, and none that reading adds."""
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(UsageError) as error:
        open_events(tmp_path / "x.parquet")
    assert "it has: a, b\n" in str(error.value)


def test_a_zone_that_is_none(tmp_path):
    """A zone that is none is told with what is accepted."""
    path = tmp_path / "x.csv"
    path.write_text(TABLE)
    with pytest.raises(UsageError, match="--zone"):
        open_events(path, named=Named(zone="Rome"))


def test_properties_beside_our_columns(tmp_path):
    """Where columns are called as ours, but there is none of properties, the others are properties."""
    path = tmp_path / "x.csv"
    path.write_text(
        "event_type,time,user_id,city,price\na,2026-01-05T10:00:00Z,person-1,Rome,3\n"
    )
    with open_events(path) as source:
        assert source.rows("SELECT ep.price, city FROM e") == [(3, "Rome")]
        assert (source.is_foreign, "properties price" in source.taken) == (False, True)


NUMBERS = Expectations(
    name="plan",
    events={"a": ExpectedEvent("a", properties={"x": ExpectedProperty("x", "number")})},
    tells_of_people=False,
)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_no_json_can_say(tmp_path, value):
    """NaN and infinite numbers in a typed column are told with their line, whatever type is declared."""
    table = pa.table(
        {"user": ["p1"] * 2, "ts": [MOMENT_MS] * 2, "event": ["a"] * 2, "x": [1.5, value]}
    )
    pq.write_table(table, tmp_path / "x.parquet")
    (found,) = validate(tmp_path / "x.parquet", NUMBERS).findings
    assert (found.check, found.subject, found.at.line) == ("property_type", "a.x", 2)


def test_numbers_beyond_any_range(tmp_path):
    """1e400 is JSON, but no number that anything could hold."""
    path = tmp_path / "x.ndjson"
    path.write_text(f'{{"user": "p1", "ts": {MOMENT_MS}, "event": "a", "x": 1e400}}\n')
    (found,) = validate(path, NUMBERS).findings
    assert (found.check, found.example) == ("property_type", "1e400")


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_the_number_0_is_a_person(tmp_path, form):
    """0 is somebody, in whatever form it is written."""
    path = tmp_path / f"x.{form}"
    rows = [{"uid": number, "ts": MOMENT_MS + number, "event": "open"} for number in (0, 1)]
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif form == "csv":
        lines = [",".join(map(str, row.values())) for row in rows]
        path.write_text("\n".join(["uid,ts,event", *lines]))
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    assert [who for _, who, *_ in rows_of(path)] == ["0", "1"]
    texts = "\n".join(
        json.dumps({**row, "uid": text}) for row, text in zip(rows, ("0", "u1"), strict=True)
    )
    (tmp_path / "texts.ndjson").write_text(texts)
    assert [who for _, who, *_ in rows_of(tmp_path / "texts.ndjson")] == ["0", "u1"]


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("kind", ["event", "event_type"])
def test_ids_that_a_gap_has_made_floats(tmp_path, form, kind):
    """5.0 is the number 5, as pandas writes it where a column has a gap; that is said, and nan is nobody."""
    path, none = tmp_path / f"x.{form}", float("nan")
    ids = [5.0, None, 0.0, 12.0, none]
    times = [MOMENT_MS + n for n in range(5)]
    if form == "parquet":
        table = {"user_id": pa.array(ids, pa.float64()), "time": times, kind: ["a"] * 5}
        pq.write_table(pa.table(table), path)
    elif form == "csv":
        cells = zip(["5.0", "", "0.0", "12.0", "nan"], times, strict=True)
        path.write_text(
            "\n".join([f"user_id,time,{kind}", *(f"{one},{at},a" for one, at in cells)])
        )
    else:
        cells = zip([5.0, None, 0.0, 12.0, "NaN"], times, strict=True)
        lines = [json.dumps({"user_id": one, "time": at, kind: "a"}) for one, at in cells]
        path.write_text("\n".join(lines))
    with open_events(path) as source:
        found = source.rows("SELECT who FROM e ORDER BY time_ms")
        assert [who for (who,) in found] == ["5", None, "0", "12", None]
        assert "user_id without the .0 of whole numbers" in source.taken


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("word", ["nan", "NaN", " NAN "])
def test_nan_is_nobody(tmp_path, form, word):
    """The word that pandas writes for nothing is nobody among texts, too."""
    path = tmp_path / f"x.{form}"
    if form == "csv":
        path.write_text(f"uid,ts,event\n{word},{MOMENT_MS},a\np1,{MOMENT_MS + 1},a\n")
    else:
        rows = [{"uid": one, "ts": MOMENT_MS, "event": "a"} for one in (word, "p1")]
        path.write_text("\n".join(map(json.dumps, rows)))
    assert sorted(str(who) for _, who, *_ in rows_of(path)) == ["None", "p1"]


def test_floats_that_are_no_ids(tmp_path):
    """A text keeps its .0, and so does a number that stands beside fractions under no name of ids."""
    path = tmp_path / "x.ndjson"
    path.write_text(json.dumps({"uid": "5.0", "ts": MOMENT_MS, "event": "a"}))
    assert rows_of(path)[0][1] == "5.0"


# --- as other countries write it -------------------------------------------------------------------------------------


def test_decimal_commas_and_days_first(tmp_path):
    """In CSV separated by semicolons 12,50 is a number and 05.01.2026 the fifth of January, where all values are so."""
    path = tmp_path / "x.csv"
    path.write_text(
        "kunde;zeit;event;preis;rabatt;artikel\n"
        "k1;05.01.2026 10:00;kauf;1.234,50;0,5;1,5\nk2;05.01.2026 10:00:30;kauf;-12;;a\n"
    )
    with open_events(path, named=Named(user="kunde", time="zeit")) as source:
        found = source.rows("SELECT time_ms, ep.preis, ep.rabatt, ep.artikel FROM e ORDER BY 1")
    assert found == [(MOMENT_MS, 1234.5, 0.5, "1,5"), (MOMENT_MS + 30_000, -12.0, None, "a")]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_days_first_elsewhere(tmp_path, separator):
    """Where nothing tells that days come first, such a time is refused, and what is read is said."""
    path = tmp_path / "x.csv"
    rows = [
        ["user", "time", "event"],
        ["k1", "05.01.2026", "kauf"],
        ["k2", "06.01.2026", "kauf"],
    ]
    path.write_text("".join(f"{separator.join(row)}\n" for row in rows))
    with pytest.raises(UsageError, match="in all rows of CSV separated by semicolons"):
        open_events(path)


def test_a_header_alone(tmp_path):
    """A CSV file with a header and no rows is told as that."""
    (tmp_path / "x.csv").write_text("user,time,event\n")
    with pytest.raises(UsageError, match="it has a header and no rows"):
        open_events(tmp_path / "x.csv")


# --- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["insert_id", "uuid", "messageId"])
def test_ids_that_repeat_now_and_then(tmp_path, name):
    """A column that is called like an id of events is one, also where a sender has repeated some."""
    path = tmp_path / "x.csv"
    rows = "".join(f"u{n % 7},{1_767_607_200 + n},open,id-{min(n, 28)}\n" for n in range(30))
    path.write_text(f"user,ts,event,{name}\n{rows}")
    with open_events(path) as source:
        assert source.rows("SELECT count(*), count(DISTINCT insert_id) FROM e") == [(30, 29)]


def test_ids_of_decimals(tmp_path):
    """Whole numbers are ids in columns of decimals too: 0 is somebody."""
    ids = pa.array([decimal.Decimal(0), decimal.Decimal(10**20)], pa.decimal128(38, 0))
    times = pa.array([MOMENT, MOMENT + dt.timedelta(seconds=1)])
    pq.write_table(
        pa.table({"customer": ids, "event_id": ids, "at": times, "event": ["x", "y"]}),
        tmp_path / "x.parquet",
    )
    found = rows_of(tmp_path / "x.parquet", sql="SELECT who, insert_id FROM e ORDER BY time_ms")
    assert found == [("0", "0"), (str(10**20), str(10**20))]
