"""How fast events go into PostgreSQL: this sink, beside psql's COPY of the same rows from a file, text and binary.

    python benchmarks/postgresql.py [--events 1000000] [--fsync on]

Where the package adbc-driver-postgresql is installed, it writes the events by ADBC too.

Starts a server of its own (tests/postgres.py) on loopback. Both sides write the same columns into a table without
secondary indexes; the sink writes changes, arrivals, ledger and tallies besides.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
from frozen_shop import SHOP

sys.path.insert(0, str(Path(__file__).parents[1]))

import footfall
from footfall.sinks.encoders.json_rows import json_texts
from footfall.sinks.postgresql.sink import PostgresSink
from footfall.sinks.protocol import Payload
from footfall.store.dialect import quote
from tests.postgres import Server, server


def main() -> None:
    """Print a table: what, events, seconds, events/s."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--fsync", default="on")
    given = options.parse_args()
    with server(fsync=given.fsync, max_wal_size="4GB", shared_buffers="256MB") as running:
        measure(running, given.events)


def measure(running: Server, n_events: int) -> None:
    """Write the same events three times."""
    print(
        "encoding runs in the workers; the other lines are one after the other in one process"
    )
    from footfall.execution.setup import RunParameters, set_up

    people = max(n_events // 45, 100)
    ready = set_up(SHOP, RunParameters(people=people))
    chunks = list(footfall.simulate(SHOP, people=people))
    total = sum(chunk.events.num_rows for chunk in chunks)
    url = running.create()
    sink = PostgresSink(url)
    sink.open(ready.run, fresh=False)
    timer = Timer(running)
    prepared = [sink.prepare(chunk) for chunk in chunks]
    timer.say("encode (in workers)", total)
    files = [payload for p in prepared for payload in p.payloads["events"]]
    binary = joined(files)
    timer.again()
    for part in prepared:
        sink.commit(part)
    timer.say("sink: COPY binary, with changes, arrivals, ledger", total)
    sink.close(complete=True)
    timer.say("indexes and statistics, at the end", total)
    with running.connect(url) as connection:
        columns = ", ".join(map(quote, chunks[0].events.column_names))
        connection.execute("CREATE TABLE public.plain (LIKE ecommerce.events)")
    by_psql(url, f"\\copy ecommerce.events ({columns}) TO '{binary}.text'", quiet=True)
    for form, path in (("text", f"{binary}.text"), ("binary", binary)):
        by_psql(url, "TRUNCATE public.plain", quiet=True)
        timer.again()
        by_psql(url, f"\\copy public.plain ({columns}) FROM '{path}' (FORMAT {form})")
        timer.say(f"psql: COPY {form} of the events alone", total)
    if find_spec("adbc_driver_postgresql"):
        by_psql(url, "TRUNCATE public.plain", quiet=True)
        timer.again()
        tables = [for_adbc(chunk.events) for chunk in chunks]
        timer.say("for ADBC: objects as JSON, decimals of 128 bits", total)
        by_adbc(url, tables)
        timer.say("ADBC: the events alone, beside a row of a ledger", total)


def joined(payloads: list[Payload]) -> Path:
    """Return one file of the rows of several: the head of the first, the tail of the last."""
    path = Path("/tmp") / f"footfall-benchmark-{time.time_ns()}.copy"
    with path.open("wb") as out:
        for i, payload in enumerate(payloads):
            data = (
                payload.data
                if payload.data is not None
                else Path(str(payload.file)).read_bytes()
            )
            out.write(data[0 if i == 0 else 19 : len(data) if i == len(payloads) - 1 else -2])
    return path


def for_adbc(events: pa.Table) -> pa.Table:
    """Return events as ADBC takes them: it writes jsonb from Arrow's JSON type alone, and no short decimals."""
    columns = [_for_adbc(column) for column in events.combine_chunks().columns]
    return pa.table(columns, names=events.column_names)


def _for_adbc(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_struct(column.type):
        texts = json_texts(column.combine_chunks())
        return pa.ExtensionArray.from_storage(pa.json_(), texts)
    if pa.types.is_decimal(column.type):
        return column.cast(pa.decimal128(18, column.type.scale))
    return column


def by_adbc(url: str, tables: list[pa.Table]) -> None:
    """Write each table in one transaction with a row beside it."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.beside (part integer)")
        for part, table in enumerate(tables):
            cursor.execute(f"INSERT INTO public.beside VALUES ({part})")
            cursor.adbc_ingest("plain", table, mode="append", db_schema_name="public")
            connection.commit()


def by_psql(url: str, command: str, *, quiet: bool = False) -> None:
    """Run a command of psql."""
    subprocess.run(["psql", "-q", "-X", url, "-c", command], check=True, capture_output=quiet)


class Timer:
    """Wall clock, and the processor time of this process and of the server: on a busy machine only these compare."""

    def __init__(self, running: Server) -> None:
        self._running = running
        self.again()

    def again(self) -> None:
        """Begin anew."""
        self._begun = time.perf_counter(), time.process_time(), self._server()

    def say(self, what: str, n_events: int) -> None:
        """Print a line, and begin anew."""
        now = time.perf_counter(), time.process_time(), self._server()
        wall, own, servers = (
            after - before for after, before in zip(now, self._begun, strict=True)
        )
        rate = f"{n_events / wall:>9,.0f} events/s"
        cpu = f"{own / n_events * 1e6:>6.2f} µs here {servers / n_events * 1e6:>6.2f} µs in the server"
        print(f"{what:<50} {wall:>6.2f} s {rate} {cpu}", flush=True)
        self.again()

    def _server(self) -> float:
        """Return the processor time of the server's processes, ended ones included, in seconds."""
        assert self._running.process is not None
        postmaster, ticks = self._running.process.pid, 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            fields = _fields(stat)
            if fields and postmaster in (int(fields[1]), int(stat.parent.name)):
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


def _fields(stat: Path) -> list[str]:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return []


if __name__ == "__main__":
    main()
