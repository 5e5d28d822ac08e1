"""One file and its ledger: whose it is, and that it is valid at any time."""

import json
from dataclasses import replace

import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
from tests.chunks import SCHOOL, make_chunks, make_run

RUN = make_run(SCHOOL)


def write(spec, run=RUN, parts=None, *, complete=True):
    sink = parse(spec)
    sink.open(run, fresh=False)
    for chunk in list(make_chunks(run))[:parts]:
        sink.commit(sink.prepare(chunk))
    sink.close(complete=complete)


def test_a_file_of_somebody_else_is_not_touched(tmp_path):
    """A file that was there before and has no ledger is refused, also with `fresh`."""
    path = tmp_path / "a.ndjson"
    path.write_text("mine\n")
    for fresh in (False, True):
        with pytest.raises(
            StoreError, match="is there already and was not written by footfall"
        ):
            parse(str(path)).open(RUN, fresh=fresh)
    assert path.read_text() == "mine\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ndjson"]


def test_another_run_is_refused_unless_fresh(tmp_path):
    """The error says which run is there; `fresh` replaces it."""
    path = tmp_path / "a.ndjson"
    write(str(path))
    other = make_run(SCHOOL, seed=2)
    with pytest.raises(
        StoreError, match=rf"holds run {RUN.id} \(scenario school, seed 1\), not run {other.id}"
    ):
        parse(str(path)).open(other, fresh=False)
    sink = parse(str(path))
    assert sink.open(other, fresh=True) == {}
    sink.close(complete=False)
    assert path.read_text() == ""


@pytest.mark.parametrize(
    "change", [lambda path: path.write_text("short"), lambda path: path.unlink()]
)
def test_a_file_that_was_cut_is_noticed(tmp_path, change):
    """A file that is shorter than what was committed is refused; `fresh` begins anew."""
    path = tmp_path / "a.ndjson"
    write(str(path), parts=2, complete=False)
    change(path)
    with pytest.raises(StoreError, match=r"is (damaged|gone)(.|\n)* hint: .* --fresh"):
        parse(str(path)).open(RUN, fresh=False)
    sink = parse(str(path))
    sink.open(RUN, fresh=True)
    for chunk in make_chunks(RUN):
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)


def test_what_was_not_committed_is_cut_off(tmp_path):
    """Bytes behind the last committed part, as a crash leaves them, are gone after the next start."""
    path = tmp_path / "a.ndjson"
    write(str(path), parts=2, complete=False)
    good = path.read_bytes()
    path.write_bytes(good + b'{"insert_id": "half a li')
    parse(str(path)).close(complete=False)
    write(str(path), parts=0, complete=False)
    assert path.read_bytes() == good


def test_a_json_array_is_whole_after_every_part(tmp_path):
    """Whoever reads in the middle of a run reads valid JSON; an empty run is an empty array."""
    path = tmp_path / "a.json"
    sink = parse(str(path))
    sink.open(RUN, fresh=False)
    assert json.loads(path.read_bytes()) == []
    rows = 0
    for chunk in make_chunks(RUN):
        sink.commit(sink.prepare(chunk))
        rows += chunk.events.num_rows
        assert len(json.loads(path.read_bytes())) == rows
    sink.close(complete=True)


def test_csv_has_one_header(tmp_path):
    """Also when a run is continued and gets longer."""
    path = tmp_path / "a.csv"
    write(str(path), parts=1, complete=False)
    write(str(path))
    longer = make_run(SCHOOL, days=3)
    sink = parse(str(path))
    sink.open(longer, fresh=False)
    for chunk in list(make_chunks(longer))[4:]:
        sink.commit(sink.prepare(chunk))
    sink.close(complete=True)
    assert path.read_text().count("insert_id,event_type") == 1


def test_the_same_bytes_however_often_it_was_stopped(tmp_path):
    """A file that was written in one go and one that was continued are equal, byte for byte."""
    for name in ("a.ndjson", "a.csv", "a.json", "a.ndjson.gz"):
        one, many = tmp_path / f"one-{name}", tmp_path / f"many-{name}"
        write(str(one))
        for parts in (1, 2, 3, 4):
            sink = parse(str(many))
            sink.open(RUN, fresh=False)
            for chunk in list(make_chunks(RUN))[:parts]:
                sink.commit(sink.prepare(chunk))
            sink.close(complete=False)
        assert one.read_bytes() == many.read_bytes()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """The error names the file, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="every part committed before is kept"):
        parse(f"ndjson:{tmp_path}/file/a.ndjson").open(RUN, fresh=False)


def test_nothing_of_an_empty_stream(tmp_path):
    """A run without a single event leaves an empty file and a complete run."""
    run = replace(RUN, people=0)
    write(f"ndjson:{tmp_path}/a.ndjson", run)
    assert (tmp_path / "a.ndjson").read_bytes() == b""
