"""Runs a small run over and over, each time failing at another of its file operations; started by `test_crashes.py`.

One process forks for every attempt, which costs milliseconds: python -m tests.faults.crashing SINK FOLDER. It prints
one line of JSON per attempt.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import shutil
import sys
import traceback
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from footfall.data.schema import events_schema
from footfall.data.stream import Run
from footfall.errors import StoreError
from footfall.sinks import parse, scratch
from footfall.sinks.conformance.row_comparison import (
    differences,
    expected,
    from_csv,
    from_json,
    plain,
)
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import make_chunks, make_run
from footfall.sinks.files import one_file, parquet_folder
from footfall.store import durable, open_store, whole_files
from footfall.store.files import file_ledger, layout
from tests.thoroughness import IS_THOROUGH

RUN = make_run(SCHOOL, days=1, people=128)
CHUNKS = list(make_chunks(RUN, rows=10))
WANTED = expected(CHUNKS)  # once, not per attempt: of these there are hundreds
OPERATIONS = {
    durable.sync: "sync",
    durable.sync_folder: "sync_folder",
    durable.replace: "rename",
    file_ledger.FileLedger.commit: "commit",
    scratch.place_payload: "append",
}
HOWS = ("die before", "die after", "disk full", "half")


class Failing:
    """Counts operations, and fails at one of them."""

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.seen = at, how, 0

    def around(self, operation, name):
        def wrapped(*args):
            self.seen += 1
            if self.seen != self.at:
                return operation(*args)
            return self.fail(operation, name, args)

        return wrapped

    def fail(self, operation, name, args):
        if self.how == "die before":
            os._exit(9)
        if self.how == "disk full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.how == "half" and name == "append":
            args[1].seek(args[2])
            args[1].write(
                (args[0].data or args[0].file.read_bytes())[: args[0].size_bytes // 2]
            )
            args[1].flush()
            os._exit(9)
        operation(*args)
        os._exit(9)

    def install(self):
        for operation, name in OPERATIONS.items():
            wrapped = self.around(operation, name)
            for module in (
                durable,
                file_ledger,
                one_file,
                parquet_folder,
                layout,
                whole_files,
                scratch,
            ):
                for attribute, value in list(vars(module).items()):
                    if value is operation:
                        setattr(module, attribute, wrapped)
        file_ledger.FileLedger.commit = self.around(file_ledger.FileLedger.commit, "commit")


def write(spec: str) -> None:
    """Do what is left of the run."""
    sink = parse(spec)
    cursors = sink.open(RUN, fresh=False)
    complete = False
    try:
        for chunk in CHUNKS:
            if chunk.part.until_ms > cursors.get(
                (chunk.part.first_person, chunk.part.end_person), 0
            ):
                sink.commit(sink.prepare(chunk))
        complete = True
    finally:
        sink.close(complete=complete)


def attempt(spec: str, failing: Failing) -> str:
    """Write in a process of its own; return how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        failing.install()
        try:
            write(spec)
            os.write(writer, b"finished")
        except StoreError as error:
            os.write(writer, f"error: {error}".encode())
        except BaseException:  # noqa: BLE001 - the parent judges it
            os.write(writer, traceback.format_exc().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said or "died"


def main() -> None:
    """Fail at every operation, in every way, and continue."""
    pa.set_cpu_count(1)
    os.fsync = lambda _: None  # processes die here, the machine does not
    spec, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir()
    write(spec)  # so that what it imports is there for all attempts
    gc.collect()
    gc.freeze()  # else the first collection in a child copies all of these objects
    for number, how in enumerate(HOWS[:-1] if spec.startswith("parquet") else HOWS):
        for at in count(1) if IS_THOROUGH else count(1 + number % 2, 2):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            ended = attempt(spec, Failing(at, how))
            if ended == "finished":
                break
            again = attempt(spec, Failing(0, how))
            told = {
                "how": how,
                "at": at,
                "ended": ended,
                "again": again,
                "good": is_good(folder, spec, through_store=at % 6 == 0),
            }
            sys.stdout.write(json.dumps(told) + "\n")


def rows_in_file(file: Path, run: Run) -> list[dict[str, Any]]:
    """Return the events of a single file, which must be well-formed to its last byte."""
    text = file.read_bytes().decode()
    if file.suffix == ".csv":
        assert text.endswith("\r\n")
        return from_csv(text, events_schema(run.stream.schema))
    if file.suffix == ".json":
        return plain(json.loads(text, parse_float=Decimal))
    assert not text or text.endswith("\n")
    return [from_json(line) for line in text.split("\n")[:-1]]


def rows_in_store(place: Path) -> dict[str, list[dict[str, Any]]]:
    """Return events and changes as queries see them."""
    with open_store(place) as store:
        return {
            name: plain(store.arrow(f"SELECT * FROM school.{name}").to_pylist())
            for name in ("events", "changes")
        }


def rows_in_parquet(files: dict[str, list[Path]]) -> dict[str, list[dict[str, Any]]]:
    """Return events and changes as they stand in a folder's files."""
    return {
        name: [row for file in files[name] for row in plain(pq.read_table(file).to_pylist())]
        for name in ("events", "changes")
    }


def is_good(folder: Path, spec: str, *, through_store: bool) -> bool:
    """Return whether every event is there once, and nothing else."""
    if any("tmp" in path.name or "scratch" in path.name for path in folder.rglob("*")):
        return False
    if not spec.startswith("parquet"):
        found = {"events": rows_in_file(Path(spec.partition(":")[2]), RUN)}
    else:
        manifest = json.loads((folder / "p" / "manifest.json").read_text())
        listed = {
            name: [folder / "p" / file["file"] for file in files]
            for name, files in manifest["runs"][0]["files"].items()
        }
        if set().union(*listed.values()) != set(folder.rglob("*.parquet")):
            return False
        # Not through a store each time: to open one costs four times what the run does.
        found = rows_in_store(folder / "p") if through_store else rows_in_parquet(listed)
    return differences(WANTED, found) == {}


if __name__ == "__main__":
    main()
