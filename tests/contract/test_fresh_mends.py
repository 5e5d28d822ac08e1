"""What `--fresh` mends: every file of a sink, damaged in every way; and what it leaves alone."""

from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from footfall.errors import StoreError
from footfall.sinks import parse
from footfall.store import open_store
from footfall.store.whole_files import is_temporary
from tests.chunks import SCHOOL, make_chunks, make_run

RUN = make_run(SCHOOL, days=1, people=128)


@cache
def chunks():
    return list(make_chunks(RUN, rows=20))


def write(spec, *, fresh=False):
    sink = parse(spec)
    cursors = sink.open(RUN, fresh=fresh)
    try:
        for chunk in chunks():
            if chunk.part.until_ms > cursors.get(
                (chunk.part.first_person, chunk.part.end_person), 0
            ):
                sink.commit(sink.prepare(chunk))
    except BaseException:
        sink.close(complete=False)
        raise
    sink.close(complete=True)


def contents(spec):
    """Return what readers find: data as they lie there, of a ledger what it tells."""
    place = Path(spec.partition(":")[2])
    found = {
        path.as_posix(): rows_of(path) if path.suffix == ".parquet" else path.read_bytes()
        for path in Path().rglob("*")
        if path.is_file() and path.suffix in {".ndjson", ".csv", ".parquet"}
    }
    assert not any(map(is_temporary, Path().rglob("*")))
    with open_store(place) as store:
        (info,) = store.runs()
        return found | {"run": (info.state, info.events, info.parts, store.tallies(info.id))}


def rows_of(path):
    return pq.read_table(path, partitioning=None)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(path):
    path.write_bytes(bytes(path.stat().st_size))


def garble(path):
    path.write_bytes(b"garbage " * (path.stat().st_size // 8 + 1))


def empty(path):
    path.write_bytes(b"")


def put_a_folder(path):
    path.unlink()
    path.mkdir()


DAMAGES = (cut, zero, garble, empty, put_a_folder)
OURS = {
    "ndjson:a.ndjson": ("a.ndjson", "a.ndjson.footfall"),
    "csv:a.csv": ("a.csv", "a.csv.footfall"),
    "parquet:p": (
        "p/_footfall/ledger.sqlite",
        "p/manifest.json",
        "p/views.sql",
        "p/school/*/*/*.parquet",
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("spec", "file"), [(s, f) for s, files in OURS.items() for f in files])
def test_fresh_gives_what_an_undisturbed_run_gives(spec, file, damage):
    """Whichever file was damaged; without --fresh it is mended by itself, or the error names it and the way out."""
    write(spec)
    wanted = contents(spec)
    path = min(Path().glob(file))
    damage(path)
    told = error_of(spec)
    if told:
        assert path.name in told
        assert "--fresh" in told or "move it away" in told
    else:  # what is written anew with each start
        assert path.suffix in {".json", ".sql"}
    if path.is_dir() and path.suffix in {".json", ".sql"}:
        path.rmdir()
    write(spec, fresh=True)
    assert contents(spec) == wanted


def error_of(spec):
    try:
        write(spec)
    except StoreError as told:
        return str(told)
    return ""


def rows_and_run(path):
    with open_store(path) as store:
        (info,) = store.runs()
        rows = store.query("SELECT * FROM school.events ORDER BY insert_id")
        return info.state, info.events, store.tallies(info.id), rows


def zero_block(number):
    """Put zeros in the place of a block; those of data come first, in the order of their writing."""

    def harm(path):
        with path.open("r+b") as file:
            file.seek(3 * 4096 + number * 262_144)
            file.write(bytes(1000))

    return harm


@pytest.mark.parametrize("damage", [cut, zero_block(0), zero_block(2)])
@pytest.mark.parametrize("is_link", [False, True])
def test_a_damaged_database_is_set_aside(damage, is_link, capsys):
    """It is refused; with --fresh a new one is made, and the damaged one kept under a name that is told, each time."""
    path = Path("a.duckdb")
    if is_link:
        path.symlink_to("far")
    write("duckdb:a.duckdb")
    wanted = rows_and_run(path)
    for name in ("a.duckdb.damaged", "a.duckdb.damaged2"):
        damage(path)
        damaged = path.read_bytes()
        write("duckdb:a.duckdb", fresh=True)
        aside = Path(name.replace("a.duckdb", "far") if is_link else name).absolute()
        assert aside.read_bytes() == damaged
        told = capsys.readouterr().err
        assert told.startswith("a.duckdb is damaged: ")
        assert f"it is kept as {aside}, with all that it holds\n" in told
        assert (rows_and_run(path), path.is_symlink()) == (wanted, is_link)


@pytest.mark.parametrize("damage", [cut, zero_block(0)])
def test_a_damaged_database_of_somebody_else(damage):
    """What nobody can tell to be ours stays where it is, with --fresh too; ours stays without it."""
    path = Path("a.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE theirs AS SELECT i, md5(i::TEXT) FROM range(100_000) AS r (i)"
        )
    damage(path)
    damaged = path.read_bytes()
    with pytest.raises(StoreError, match=r"is damaged: (.|\n)*move it away"):
        write("duckdb:a.duckdb", fresh=True)
    assert (path.read_bytes(), sorted(Path().iterdir())) == (damaged, [path])


@pytest.mark.parametrize("spec", ["ndjson:a.ndjson", "csv:a.csv", "duckdb:a.duckdb"])
def test_fresh_leaves_alone_what_is_not_ours(tmp_path, spec):
    """A file that footfall has not written is refused and stays, with --fresh too."""
    path = tmp_path / spec.partition(":")[2]
    path.write_text("theirs")
    with pytest.raises(StoreError, match=r"not written by footfall|is no DuckDB file"):
        write(spec, fresh=True)
    assert path.read_text() == "theirs"


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.footfall"])
def test_fresh_removes_no_folder_with_something_in_it(tmp_path, name):
    """Whatever is in the place of our file: a folder that is not empty is somebody's."""
    write("ndjson:a.ndjson")
    theirs = tmp_path / name / "theirs"
    theirs.parent.unlink()
    theirs.parent.mkdir()
    theirs.touch()
    with pytest.raises(StoreError, match=r"is a folder, with something in it"):
        write("ndjson:a.ndjson", fresh=True)
    assert theirs.exists()


@pytest.mark.parametrize("name", ["manifest.json", "views.sql"])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_of_somebody_else(tmp_path, name, fresh):
    """Their manifest is not overwritten; other files in the folder are no obstacle, and stay."""
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / name).write_text('{"format": "theirs"}')
    with pytest.raises(StoreError, match=rf"{name} is there already and was not written by"):
        write("parquet:p", fresh=fresh)
    assert (folder / name).read_text() == '{"format": "theirs"}'
    (folder / name).rename(folder / "theirs.parquet")
    write("parquet:p", fresh=fresh)
    assert (folder / "theirs.parquet").exists()


@pytest.mark.parametrize("spec", ["ndjson:a.ndjson", "csv:a.csv"])
def test_a_link_stays_a_link(tmp_path, spec):
    """Also when the file behind it is written anew."""
    path = tmp_path / spec.partition(":")[2]
    (tmp_path / "far").mkdir()
    path.symlink_to(tmp_path / "far" / "events")
    for fresh in (False, True):
        write(spec, fresh=fresh)
        assert path.is_symlink()
        assert (tmp_path / "far" / "events").stat().st_size > 1000
