"""PostgreSQL under faults: whatever is killed, cut or full, running again leaves every row there once."""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path

import psycopg
import pytest

from footfall.errors import StoreError, TransientSinkError
from footfall.execution.batch import Drive
from footfall.sinks.conformance.row_comparison import differences, expected, plain
from footfall.sinks.conformance.schemas import SCHOOL
from footfall.sinks.conformance.synthetic_chunks import GROUP, make_chunks, make_run
from footfall.sinks.postgresql.sink import PostgresSink
from footfall.store import open_store
from footfall.store.postgres import layout
from tests import processes
from tests.engines import FakeEngine
from tests.kills import kill, rounds
from tests.postgres import PASSWORD
from tests.thoroughness import n_kills

KILLS = n_kills()
ENGINE = FakeEngine(people=6 * GROUP, days=8, rows=150, schema=SCHOOL)
"""Kills meet parts, of which there are 48; how many rows each has only makes the comparison longer."""

CHILD = """
import sys, threading
from footfall.execution.batch import Drive
from footfall.sinks.postgresql.sink import PostgresSink
from tests.faults.test_postgres import ENGINE

class Telling(PostgresSink):
    def commit(self, prepared):
        print("part", flush=True)
        return super().commit(prepared)

Drive(ENGINE, ENGINE.run, [Telling(sys.argv[1])], stop=threading.Event(), n_workers=1).drive()
"""


def drive(url, **options):
    sink = PostgresSink(url, **options)
    return Drive(ENGINE, ENGINE.run, [sink], stop=threading.Event(), n_workers=1).drive()


@cache
def rows_of(engine):
    """Return all rows of an engine's run, in plain form."""
    return expected(make_chunks(engine.run, rows=engine.rows))


def check(postgres, url, engine=ENGINE):
    """Check that every row of the run is there once, as it was made, and that the sums of the tallies are right."""
    run = engine.run
    with postgres.connect(url) as connection:
        found = {
            name: _rows(connection, f"school.all_{name}", run.id)
            for name in ("events", "changes", "arrivals")
        }
    wanted = rows_of(engine)
    assert {name: len(rows) for name, rows in found.items()} == {
        name: len(rows) for name, rows in wanted.items()
    }
    assert differences(wanted, found) == {}
    with open_store(url) as store:
        (info,) = store.runs()
        assert info.is_complete
        assert info.events == len(found["events"])
        cities = store.tallies(run.id).cities
        assert sum(n for (_, what), n in cities.items() if what == "events") == info.events


def _rows(connection, table, run):
    cursor = connection.execute(f"SELECT * FROM {table} WHERE run = %s", [run])
    names = [column.name for column in cursor.description]
    return [plain(dict(zip(names, row, strict=True))) for row in cursor]


def test_client_killed_at_random_instants(postgres, tmp_path):
    """Killed with SIGKILL again and again, in the middle of anything, the run is whole in the end."""
    chance = random.Random(20260101)
    url_of = cache(lambda _: postgres.create())

    def strike(folder):
        child = processes.start(url_of(folder), code=CHILD)
        for _ in range(chance.randrange(1, 6)):
            child.stdout.readline()
        return kill(child, chance.uniform(0, 0.03))

    for folder in rounds(tmp_path, KILLS, strike):
        drive(url_of(folder))
        check(postgres, url_of(folder))


def test_connections_terminated_at_random_instants(postgres, url):
    """A backend that an administrator ends in mid-COPY costs a repetition of its part, and nothing else."""
    done, ended, parts = threading.Event(), Counter(), []

    def terminate():
        chance = random.Random(7)
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'footfall'"
        with postgres.connect() as connection:
            while not done.wait(chance.uniform(0.02, 0.2)):
                # Twice a part at most: where a part takes longer than the gaps, it would never be committed.
                if ended[len(parts)] < 2:
                    ended[len(parts)] += len(connection.execute(end).fetchall())

    killer = threading.Thread(target=terminate)
    sink = PostgresSink(url)
    sink.open(ENGINE.run, fresh=False)
    killer.start()
    for chunk in make_chunks(ENGINE.run, rows=ENGINE.rows):
        parts.append(sink.commit(sink.prepare(chunk)))
        time.sleep(0.01)
    done.set()
    killer.join()
    sink.close(complete=True)
    assert ended.total() > 0
    check(postgres, url)


def test_server_killed_and_restarted(postgres, url):
    """The server crashes during the run and is back a second later: the run waits, goes on, and is whole."""
    done = threading.Event()

    def crash():
        for _ in range(2):
            done.wait(0.3)
            postgres.stop(signal.SIGQUIT)
            done.wait(1.0)
            postgres.start()

    breaker = threading.Thread(target=crash)
    sink = PostgresSink(url, patience_s=60)
    sink.open(ENGINE.run, fresh=False)
    breaker.start()
    for chunk in make_chunks(ENGINE.run, rows=ENGINE.rows):
        sink.commit(sink.prepare(chunk))
        time.sleep(0.06)
    breaker.join()
    sink.close(complete=True)
    check(postgres, url)


def test_patience_ends(postgres, url):
    """A server that stays away: after the patience an error that says how to go on; later it goes on."""
    sink = PostgresSink(url, patience_s=0.5)
    sink.open(ENGINE.run, fresh=False)
    chunks = make_chunks(ENGINE.run, rows=ENGINE.rows)
    sink.commit(sink.prepare(next(chunks)))
    postgres.stop(signal.SIGQUIT)
    try:
        with pytest.raises(TransientSinkError, match="cannot be reached"):
            sink.commit(sink.prepare(next(chunks)))
        sink.close(complete=False)
    finally:
        postgres.start()
    drive(url)
    check(postgres, url)


def test_a_server_that_is_gone_is_told_of(postgres, url, monkeypatch, capsys):
    """While the server is away it is said so, and for how long it is tried; and that it works again."""
    monkeypatch.setattr("footfall.sinks.delivery.outage.SAY_AFTER_S", 0.5)
    sink = PostgresSink(url)
    sink.open(ENGINE.run, fresh=False)
    postgres.stop(signal.SIGQUIT)
    back = threading.Timer(2.0, postgres.start)
    back.start()
    sink.commit(sink.prepare(next(make_chunks(ENGINE.run, rows=ENGINE.rows))))
    back.join()
    sink.close(complete=False)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first == f"{sink.name}: cannot be reached; trying again for up to 15 min"
    assert last == f"{sink.name}: it works again"


def test_a_stop_ends_the_waiting(postgres, url):
    """Ctrl-C while the server is away: the sink waits no longer, and what it has is kept."""
    sink, stop = PostgresSink(url), threading.Event()
    sink.stop_on(stop)
    sink.open(ENGINE.run, fresh=False)
    chunk = next(make_chunks(ENGINE.run, rows=ENGINE.rows))
    postgres.stop(signal.SIGQUIT)
    try:
        threading.Timer(1.0, stop.set).start()
        begun = time.monotonic()
        with pytest.raises(TransientSinkError, match="cannot be reached"):
            sink.commit(sink.prepare(chunk))
        assert time.monotonic() - begun < 30
        sink.close(complete=False)
    finally:
        postgres.start()


def test_the_answer_to_commit_is_lost(postgres, url, monkeypatch):
    """The part is there and the client does not know: the ledger tells, and it is not written again."""
    sink = PostgresSink(url)
    sink.open(ENGINE.run, fresh=False)
    writer = sink._writer
    insert, lost = writer._insert, []

    def losing(prepared):
        insert(prepared)
        if len(lost) < 3:
            lost.append(prepared.part)
            writer._connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return True

    monkeypatch.setattr(writer, "_insert", losing)
    receipts = [
        sink.commit(sink.prepare(chunk)) for chunk in make_chunks(ENGINE.run, rows=ENGINE.rows)
    ]
    sink.close(complete=True)
    assert len(lost) == 3
    assert sum(receipt.accepted for receipt in receipts) > 0
    check(postgres, url)


def test_two_at_once(postgres, url, monkeypatch):
    """A run that another process is writing is refused, and the other one is not disturbed."""
    monkeypatch.setattr("footfall.sinks.postgresql.sink._LOCK_WAIT_S", 0.3)
    with processes.start(url, code=CHILD) as child:
        child.stdout.readline()
        os.kill(child.pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreError, match=r"is being written to .* by another process"):
                PostgresSink(url).open(ENGINE.run, fresh=False)
        finally:
            os.kill(child.pid, signal.SIGCONT)
        child.stdout.read()
    check(postgres, url)


def test_a_run_that_is_being_written_is_not_deleted(url):
    """`delete` is refused while the run is locked."""
    sink = PostgresSink(url)
    sink.open(ENGINE.run, fresh=False)
    with (
        open_store(url, read_only=False) as store,
        pytest.raises(Exception, match="is being written"),
    ):
        store.delete(ENGINE.run.id)
    sink.close(complete=False)


def test_nothing_idle_is_left(postgres, url):
    """After a kill the server holds no transaction of ours open."""
    with processes.start(url, code=CHILD) as child:
        child.stdout.readline()
        child.kill()
    time.sleep(1)
    with postgres.connect() as connection:
        left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'footfall'"
        assert connection.execute(left).fetchone() == (0,)
    drive(url)


@pytest.fixture
def small_disk(tmp_path):
    """A folder of 12 MB that the server may write: an empty database has eight."""
    folder = Path("/tmp") / f"footfall-small-{os.getpid()}"
    folder.mkdir()
    mounted = subprocess.run(
        [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=12m,uid=65534,gid=65534,mode=700",
            "tmpfs",
            folder,
        ],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(
            f"no small file system can be mounted here: {mounted.stderr.decode().strip()}"
        )
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


def test_disk_full(postgres, url, small_disk):
    """A full disk ends the run with what is kept and how to go on; with more space the same run becomes whole."""
    with postgres.connect() as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        connection.execute("CREATE DATABASE on_small TABLESPACE small")
    url = postgres.url("on_small")
    engine = FakeEngine(people=6 * GROUP, days=8, rows=1_000, schema=SCHOOL)
    with pytest.raises(StoreError, match="disk is full\n  every part committed before is kept"):
        Drive(
            engine, engine.run, [PostgresSink(url)], stop=threading.Event(), n_workers=1
        ).drive()
    # Room first: PostgreSQL may refuse connections to a database whose disk is full.
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    with open_store(url) as store:
        (info,) = store.runs()
        assert not info.is_complete
        kept = info.events
    done = Drive(
        engine, engine.run, [PostgresSink(url)], stop=threading.Event(), n_workers=1
    ).drive()
    assert done.sinks[0].accepted + kept == sum(
        c.events.num_rows for c in make_chunks(engine.run, rows=engine.rows)
    )
    check(postgres, url, engine)
    with postgres.connect() as connection:
        connection.execute("DROP DATABASE on_small")
        connection.execute("DROP TABLESPACE small")


def test_no_password_in_any_output(postgres, url):
    """Neither a success nor a wrong password, host or database shows the password, on either stream."""
    environment = {**os.environ, "FOOTFALL_DEBUG": "1"}
    wrong = [
        url,
        url.replace(PASSWORD, PASSWORD + "-wrong"),
        postgres.url("nowhere"),
        f"postgresql://tester:{PASSWORD}@127.0.0.1:1/x",
        f"postgresql://tester:{PASSWORD}@127.0.0.1:{postgres.port}/x?bad_option=1",
        url.replace("postgresql:", "postgre:"),
    ]
    for address in wrong:
        for command in (
            ["run", "ecommerce", "--people", "20", "--days", "2", "--to", address],
            ["runs", address],
        ):
            done = processes.run(*command, env=environment)
            assert PASSWORD not in done.stdout + done.stderr, command[:1]
            assert "Traceback" not in done.stderr
    with open_store(url) as store:
        kept = [info.run for info in store.runs()]
        assert PASSWORD not in repr(kept) + repr(store.address)


def test_locks_differ_by_run():
    """A run's lock is its id as a signed 64-bit integer: another run, another lock."""
    keys = {layout.lock_key(make_run(SCHOOL, seed=seed).id) for seed in range(100)}
    assert len(keys) == 100
    assert all(-(2**63) <= key < 2**63 for key in keys)
