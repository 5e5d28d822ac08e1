"""Where events come from: folders of lines, and bodies as they were sent over HTTP."""

import gzip
import json
import zipfile

import pytest

from footfall.errors import UsageError
from footfall.validation import validate
from tests.declared import declared
from tests.unit.validation.defects import FILE, lines

GOOD = [
    {
        "event_type": "login",
        "time": 1767301200000 + n,
        "insert_id": f"event-{n}",
        "user_id": "person-1",
    }
    for n in range(6)
]
WRONG = {**GOOD[5], "event_type": "logn", "insert_id": "event-9"}


def written(events) -> str:
    return "".join(f"{json.dumps(event)}\n" for event in events)


def test_folder_of_lines(tmp_path):
    """All files of lines below a folder are read, packed or not; the file of the first example is named."""
    (tmp_path / "b").mkdir()
    (tmp_path / "a.ndjson").write_text(written(GOOD[:2]))
    (tmp_path / "b" / "c.jsonl.gz").write_bytes(gzip.compress(written(GOOD[2:4]).encode()))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("x.json", written([GOOD[4]]))
        archive.writestr("y.json", written([WRONG]))
    (tmp_path / "notes.txt").write_text("not events")
    (tmp_path / ".hidden.json").write_text("not events")
    found = validate(tmp_path, declared("online-school"))
    assert found.count == 6
    (unknown,) = [finding for finding in found.findings if finding.check == "event_unknown"]
    assert (unknown.at.file, unknown.at.line) == ("d.zip: y.json", 1)


def test_files_of_a_folder_need_no_order(tmp_path):
    """Time may fall from one file to the next, but not within one."""
    (tmp_path / "a.ndjson").write_text(written([GOOD[4], GOOD[5]]))
    (tmp_path / "b.ndjson").write_text(written([GOOD[0], GOOD[2], GOOD[1]]))
    found = validate(tmp_path, declared("online-school")).findings
    assert [(f.count, f.at.file, f.at.line) for f in found if f.check == "time_backwards"] == [
        (1, "b.ndjson", 3)
    ]


def test_links_are_not_followed(tmp_path):
    """A folder's symbolic links are left alone: who made them is not who reads."""
    (tmp_path / "events").mkdir()
    (tmp_path / "elsewhere.ndjson").write_text(written([WRONG]))
    (tmp_path / "events" / "link.ndjson").symlink_to(tmp_path / "elsewhere.ndjson")
    with pytest.raises(UsageError, match="holds no Parquet files and no NDJSON"):
        validate(tmp_path / "events", declared("online-school"))


def test_the_same_defects_in_a_folder(tmp_path):
    """A file of defects in a folder has the findings that it has alone."""
    (tmp_path / "defects.ndjson").write_text(lines())
    alone, together = (
        validate(FILE, declared("online-school")),
        validate(tmp_path, declared("online-school")),
    )
    assert [(f.check, f.subject, f.count, f.at) for f in together.findings] == [
        (f.check, f.subject, f.count, f.at) for f in alone.findings
    ]


BODY = {"api_key": "secret-canary", "events": [*GOOD, WRONG]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(BODY),
        json.dumps(BODY, indent=2),
        written([BODY | {"events": GOOD[:3]}, BODY | {"events": [*GOOD[3:], WRONG]}]),
        written([BODY | {"events": GOOD}, WRONG]),
        "\ufeff" + json.dumps({"events": BODY["events"], "options": {"min_id_length": 1}}),
    ],
    ids=["one line", "indented", "body per line", "mixed", "with a mark"],
)
def test_bodies(text, tmp_path):
    """What is sent to an API, `{"events": […]}`, is read as its events; the key beside them is not shown."""
    path = tmp_path / "sent.json"
    path.write_text(text)
    found = validate(path, declared("online-school"))
    assert found.count == 7
    assert [
        (f.subject, f.at.insert_id) for f in found.findings if f.check == "event_unknown"
    ] == [("logn", "event-9")]
    assert "secret-canary" not in repr(found)


def test_an_event_with_a_property_called_events(tmp_path):
    """An event is no body, whatever its properties are called."""
    path = tmp_path / "x.ndjson"
    path.write_text(
        written([{**GOOD[0], "event_properties": {"events": [{"a": 1}]}}, *GOOD[1:]])
    )
    assert validate(path, declared("online-school")).count == 6


def test_a_broken_body(tmp_path):
    """A body that ends in the midst is told as such."""
    path = tmp_path / "sent.json"
    path.write_text(json.dumps(BODY, indent=2)[:-40])
    for events in (path, tmp_path):
        with pytest.raises(UsageError, match=r"sent.json: JSON that cannot be read"):
            validate(events, declared("online-school"))


def test_event_id_missing(tmp_path):
    """Where most events have an event_id, also under a key with a space, those without one are found."""
    path = tmp_path / "x.ndjson"
    path.write_text(
        written([{**event, "event_id ": n} if n > 1 else event for n, event in enumerate(GOOD)])
    )
    found = {f.check: f for f in validate(path, declared("online-school")).findings}
    assert (found["event_id_missing"].count, found["event_id_missing"].at.line) == (2, 1)
    path.write_text(
        written([{**event, "event_id": n} if n > 3 else event for n, event in enumerate(GOOD)])
    )
    assert "event_id_missing" not in {
        f.check for f in validate(path, declared("online-school")).findings
    }


def test_event_id_missing_beside_lines_without_a_type(tmp_path):
    """Lines that are no events count neither among those with an event_id nor among those without."""
    path = tmp_path / "x.ndjson"
    without = [{"user_id": "reader-1", "time": 1} for _ in GOOD]
    path.write_text(
        written([*({**e, "event_id": n} if n else e for n, e in enumerate(GOOD)), *without])
    )
    found = {f.check: f for f in validate(path, declared("online-school")).findings}
    (missing,) = (f for name, f in found.items() if name == "event_id_missing")
    assert (missing.count, missing.detail) == (1, f"{len(GOOD) - 1} other events have it")
