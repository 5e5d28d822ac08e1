"""Many files, long lines and long arrays cost what their content costs."""

import gzip
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.errors import UsageError
from footfall.foreign import json_source
from footfall.foreign.json_array import LONGEST_LINE_BYTES, array_elements
from footfall.foreign.log_paths import is_log
from footfall.foreign.open_events import MOST_OPENED, open_events

N_FILES = 60


def line_of(n):
    event = {"event_type": "open", "time": 1_767_607_200_000 + n, "user_id": f"user-{n:03}"}
    return json.dumps(event)


@pytest.fixture
def hours(tmp_path):
    """Write a zip and a folder of packed files, a line in each."""
    (tmp_path / "hours").mkdir()
    with zipfile.ZipFile(tmp_path / "hours.zip", "w") as archive:
        for n in range(N_FILES):
            content = gzip.compress(f"{line_of(n)}\n".encode())
            archive.writestr(f"{n:03}.json.gz", content)
            (tmp_path / "hours" / f"{n:03}.json.gz").write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("name", ["hours.zip", "hours"])
def test_files_that_are_passed_over_are_named(tmp_path, name):
    """What ends otherwise is named, in a folder and in a zip; what systems and footfall keep beside is not."""
    (tmp_path / "hours").mkdir()
    others = ["notes.txt", "more.csv", "_SUCCESS", ".hidden", "a.ndjson.footfall"]
    with zipfile.ZipFile(tmp_path / "hours.zip", "w") as archive:
        for file in ("a.ndjson", *others):
            archive.writestr(file, f"{line_of(0)}\n")
            (tmp_path / "hours" / file).write_text(f"{line_of(0)}\n")
    with open_events(tmp_path / name) as source:
        assert source.taken == "passed over: more.csv, notes.txt"
        assert source.rows("SELECT count(*) FROM e") == [(1,)]


def test_files_beside_parquet_are_named(tmp_path):
    """A folder of Parquet is read as that: lines in it are passed over, and named."""
    table = pa.table(
        {"event_type": ["open"], "time": [1_767_607_200_000], "user_id": ["user-1"]}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "b.ndjson").write_text(f"{line_of(0)}\n")
    with open_events(tmp_path) as source:
        assert source.taken == "passed over: b.ndjson"


@pytest.mark.parametrize("name", ["hours.zip", "hours"])
def test_small_files_are_taken_together(hours, name, monkeypatch):
    """Lines of many small files are inserted together, and each is told with its own file and line."""
    inserted = []
    real = json_source._insert
    monkeypatch.setattr(
        json_source, "_insert", lambda *given: inserted.append(1) or real(*given)
    )
    with open_events(hours / name) as source:
        found = source.rows("SELECT part, line, who FROM e ORDER BY n")
        assert source.parts[-1] == f"{N_FILES - 1:03}.json.gz"
    assert found == [(n, 1, f"user-{n:03}") for n in range(N_FILES)]
    assert len(inserted) == 1


def test_a_zip_is_opened_once_for_its_members(hours, monkeypatch):
    """The list of a zip's members is read to know them and to read them, not for each of them."""
    opened = []
    real = zipfile.ZipFile._RealGetContents
    monkeypatch.setattr(
        zipfile.ZipFile, "_RealGetContents", lambda zipped: opened.append(1) or real(zipped)
    )
    open_events(hours / "hours.zip").connection.close()
    assert len(opened) == 2


def test_lines_in_many_files_are_a_log(hours):
    """A zip and a folder of packed lines are logs: no plan comes so."""
    assert is_log(hours / "hours.zip")
    assert is_log(hours / "hours")


def test_many_parquet_files_are_opened_once(tmp_path):
    """Parquet in many small files is read once, with file and row of each event, whatever is asked of it then."""
    for n in range(MOST_OPENED + 1):
        row = {"event_type": "open", "time": 1_767_607_200_000 + n, "user_id": "u"}
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / f"{n:03}.parquet")
    with open_events(tmp_path) as source:
        for file in tmp_path.iterdir():
            file.unlink()
        found = source.rows("SELECT file, line FROM e ORDER BY time_ms")
    assert found == [(str(tmp_path / f"{n:03}.parquet"), 1) for n in range(MOST_OPENED + 1)]


def test_a_line_without_an_end(tmp_path):
    """A line that is too long is bad, with its number and the limit; those around it are read."""
    path = tmp_path / "x.ndjson"
    path.write_text(f"{line_of(1)}\n{'x' * (LONGEST_LINE_BYTES + 5_000_000)}\n{line_of(3)}\n")
    with open_events(path) as source:
        assert source.rows("SELECT line FROM e ORDER BY n") == [(1,), (3,)]
        assert source.rows("SELECT line, reason FROM bad") == [
            (2, "longer than 16 MB, the most that a line may have")
        ]


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_csv_without_an_end(tmp_path, packed):
    """The file is refused with the line and the limit: DuckDB would pass over the line without a word."""
    path = tmp_path / ("x.csv.gz" if packed else "x.csv")
    text = f"user_id,event,ts\nu,v,1767607200\nu,{'x' * (LONGEST_LINE_BYTES + 1)},1767607200\nu,v,1767607201\n"
    path.write_bytes(gzip.compress(text.encode(), 1) if packed else text.encode())
    with pytest.raises(
        UsageError, match=r"x.csv(.gz)?:3: this line is longer than 16 MB, the most"
    ):
        open_events(path)


# --- arrays ----------------------------------------------------------------------------------------------------------

ARRAY = ' [{"a": "é]}", "n": 1.50}, {"b": [1, {"c": "\\""}]}\n,\n  12345, "x,]", null ] \n'
ELEMENTS = ['{"a": "é]}", "n": 1.50}', '{"b": [1, {"c": "\\""}]}', "12345", '"x,]"', "null"]


def elements_of(text, size):
    blocks = iter([text[i : i + size] for i in range(0, len(text), size)])
    found = array_elements(next(blocks), lambda _: next(blocks, b""))
    return [element for some in found for element in some]


@pytest.mark.parametrize("size", [2, 3, 7, 30, 1000])
def test_elements_of_an_array(size):
    """Elements are what stands in the array, wherever blocks of the file end."""
    assert elements_of(ARRAY.encode(), size) == ELEMENTS
    assert elements_of(b"[]", size) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"a": 1}, {"a"', "Expecting"),
        ('[{"a": 1},', "the array is cut off"),
        ('[{"a": 1}] [{"a": 2}]', "something stands behind the array"),
        ("[{'a': 1}]", "Expecting property name"),
    ],
)
def test_arrays_that_are_none(text, told):
    """What is cut off, goes on behind its end or is no JSON is no array."""
    with pytest.raises(ValueError, match=told):
        elements_of(text.encode(), 1000)


def test_an_array_with_an_endless_element(tmp_path):
    """An array with an element that does not end is given up at the limit for lines, and the element is named."""
    path = tmp_path / "x.json"
    path.write_text(
        f'[{line_of(1)}, {{"a": "{"x" * (LONGEST_LINE_BYTES + 5_000_000)}"}}, {{}}]'
    )
    with pytest.raises(UsageError, match="element 2 is longer than 16 MB"):
        open_events(path)
