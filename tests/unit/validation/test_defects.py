"""Every defect of such files is found, where it is and as often as it is."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from footfall.validation import CHECKS, REMARKS, validate
from tests.declared import declared
from tests.unit.validation.defects import FILE, lines

LINES = lines().splitlines()
NEEDS_OTHER_DATA = {
    "stage_back",
    "value_changes",
    "event_id_missing",
    "value_range",
    "text_length",
    "text_pattern",
    "text_format",
    "list_length",
}  # see tests/runs: clean_streams, carried_values; and test_sources, test_constraints

# (check, subject, events, line of the first, value of the first)
WANTED = [
    ("line_invalid", "line", 1, 301, ""),
    ("event_unknown", "click_pay_lesons", 1, 302, ""),
    ("event_missing", "event_type", 1, 303, ""),
    ("category_wrong", "enter_info", 1, 304, "Payment"),
    ("property_unknown", "click_transfer_lesson.grade", 1, 305, "5"),
    ("property_unknown", "click_transfer_lesson.teacher_id", 1, 305, '"T-101"'),
    ("property_type", "rate_lesson.grade", 1, 306, '"5"'),
    ("property_type", "rate_lesson.grade", 1, 307, "4.5"),
    ("property_type", "properties", 1, 342, "event_properties"),
    ("property_missing", "payment_succeeded.balance", 1, 308, ""),
    ("property_missing", "rate_lesson.grade", 1, 314, ""),
    ("value_undeclared", "choose_direction.direction", 1, 309, '"l"'),
    ("value_undeclared", "user property status", 1, 310, '"00000"'),
    ("list_is_text", "user property directions", 1, 311, '"literature"'),
    ("list_repeats", "user property directions", 1, 312, '["design","design"]'),
    ("list_repeats", "user property directions_finished", 1, 313, '["history","history"]'),
    ("key_spaces", "rate_lesson.grade ", 1, 314, "5"),
    ("key_spaces", "event", 1, 315, "event_id"),
    ("time_missing", "time", 1, 316, ""),
    ("time_seconds", "time", 2, 317, "1767301201"),
    ("time_digits", "time", 1, 318, "1767301202"),
    ("time_unit", "time", 1, 319, "1767301203000000"),
    ("time_unreadable", "time", 1, 320, "yesterday"),
    ("time_backwards", "time", 1, 322, None),
    ("insert_id_repeats", "insert_id", 2, 323, "twice-00001"),
    ("insert_id_dropped", "insert_id", 1, 323, "twice-00001"),
    ("insert_id_missing", "insert_id", 1, 326, ""),
    ("id_missing", "user_id", 1, 327, ""),
    ("id_short", "user_id", 1, 328, "u12"),
    ("id_banned", "user_id", 51, 251, "null"),
    ("id_type", "id", 1, 330, "user_id"),
    ("stage_order", "graduate", 1, 331, "certificate_issued"),
    ("city_unknown", "city", 1, 332, "Atlantis"),
    ("country_wrong", "country", 1, 333, "Chicago, FR"),
    ("city_changes", "city", 3, 332, "person-g"),
    ("country_changes", "country", 2, 333, "person-g"),
    ("device_shared", "user", 2, 335, "the family's"),
    ("session_shared", "user", 2, 337, "1436918400000"),
    ("session_far", "session_id", 2, 337, "1436918400000"),
    ("session_type", "session_id", 1, 339, None),
    ("revenue_missing", "payment_succeeded", 1, 340, ""),
    ("currency_missing", "revenue", 1, 341, "116.0"),
]


@pytest.fixture(scope="module")
def found():
    return validate(FILE, "online-school")


def test_file_is_what_its_maker_makes():
    """The file in the repository is the one that the script beside it writes."""
    assert FILE.read_text() == lines()


@pytest.mark.parametrize(("check", "subject", "count", "line", "example"), WANTED)
def test_defect(found, check, subject, count, line, example):
    """A defect is found with its count, the line of its first event, and what stands there."""
    alike = [
        f
        for f in found.findings
        if (f.check, f.subject) == (check, subject) and f.at.line == line
    ]
    assert [f.count for f in alike] == [count]
    assert example is None or alike[0].example == example
    assert alike[0].share == pytest.approx(count / (342 if check == "line_invalid" else 341))


def test_nothing_else(found):
    """Each line has the mistakes it was made for, and no other."""
    told = {(f.check, f.subject) for f in found.findings}
    assert told == {(check, subject) for check, subject, *_ in WANTED}
    assert {check for check, _ in told} == set(CHECKS) - NEEDS_OTHER_DATA


def test_remarks(found):
    """What no crowd of real people does is told: nobody leaves, all at one hour, nothing changes, nobody is linked."""
    assert {r.check for r in found.remarks} == set(REMARKS)
    assert [r.subject for r in found.remarks if r.check == "never_changes"] == ["status"]


def test_gzip(found, tmp_path):
    """The same lines in a gzip are the same findings."""
    path = tmp_path / "defects.ndjson.gz"
    path.write_bytes(gzip.compress(FILE.read_bytes()))
    assert validate(path, declared("online-school")).findings == tuple(
        type(f)(
            f.check, f.subject, f.count, f.share, f.detail, f.example, moved(f.at, path.name)
        )
        for f in found.findings
    )


def moved(at, name):
    return type(at)(at.insert_id, name, at.line)


def exported(line: str) -> str | None:
    """Return an event as Amplitude exports it, if it could have got in with a time."""
    try:
        event = json.loads(line)
        stamp = datetime.fromtimestamp(event.pop("time") / 1000, UTC)
        event["$insert_id"] = event.pop("insert_id")
    except (ValueError, TypeError, KeyError, OSError, OverflowError):
        return None
    return json.dumps({**event, "event_time": f"{stamp:%Y-%m-%d %H:%M:%S.%f}"})


def test_amplitude_export(tmp_path):
    """A zip of gzips of exported events has the same mistakes, but those that lie in how time is sent."""
    texts = [text for text in map(exported, LINES) if text]
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, some in enumerate((texts[:300], texts[300:])):
            archive.writestr(
                f"1/1_2026-01-01_{part}#0.json.gz", gzip.compress("\n".join(some).encode())
            )
    told = validate(path, declared("online-school"))
    gone = {
        "line_invalid",
        "time_missing",
        "time_unit",
        "time_digits",
        "time_unreadable",
        "time_backwards",
    }
    gone |= {"time_seconds"}
    assert {f.check for f in told.findings} == {check for check, *_ in WANTED} - gone
    assert told.skipped == {"time_backwards": "rows have no order here"}
    assert {f.at.file for f in told.findings} == {
        f"1/1_2026-01-01_{part}#0.json.gz" for part in (0, 1)
    }


def test_parquet(tmp_path):
    """The same events in a Parquet file, with a JSON column of properties, have the same mistakes in them."""
    import duckdb

    texts = [
        "event_type",
        "insert_id",
        "user_id",
        "device_id",
        "city",
        "country",
        "currency",
        "category",
    ]
    kinds = {"time": "BIGINT", "session_id": "BIGINT", "revenue": "DOUBLE"} | dict.fromkeys(
        texts, "VARCHAR"
    )
    kinds |= {"event_properties": "JSON", "user_properties": "JSON"}
    rows = (
        f"read_json('{write_good(tmp_path)}', format = 'newline_delimited', columns = {kinds})"
    )
    duckdb.connect().execute(
        f"COPY (SELECT * FROM {rows}) TO '{tmp_path / 'events.parquet'}' (FORMAT parquet)"
    )
    told = {
        f.check
        for f in validate(tmp_path / "events.parquet", declared("online-school")).findings
    }
    gone = {"line_invalid", "time_digits", "time_unreadable", "id_type", "session_type"}
    assert told >= {check for check, *_ in WANTED} - gone - {"key_spaces", "property_type"}


def write_good(folder) -> str:
    """Write the lines whose columns have one type, as a table demands."""
    bad = {301, 318, 320, 330, 339, 342}
    path = folder / "good.ndjson"
    path.write_text(
        "\n".join(text for number, text in enumerate(LINES, 1) if number not in bad)
    )
    return str(path)


def test_zip_bomb(tmp_path):
    """A zip that says it unpacks to far more than it is, is refused before anything is unpacked."""
    from footfall.errors import UsageError

    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("events.json", "w") as file,
    ):
        for _ in range(300):
            file.write(b"\0" * (1 << 20))
    with pytest.raises(UsageError, match="unpacks to 314,572,800 bytes"):
        validate(path, declared("online-school"))


def test_broken_archives(tmp_path):
    """What is cut off, no zip or without events is told as such."""
    from footfall.errors import UsageError

    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("readme.txt", "x")
    for name, data, text in (
        (
            "cut.ndjson.gz",
            gzip.compress(FILE.read_bytes())[:-3000],
            "cannot be read to its end",
        ),
        ("cut.zip", b"PK\x03\x04" + b"x" * 100, "no zip file"),
        ("other.zip", whole.getvalue(), "holds no events: readme.txt"),
        ("empty.ndjson", b"", "holds no events"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError, match=text):
            validate(tmp_path / name, declared("online-school"))
