"""The sinks of docs/sinks/own.md work: they pass the contract, and `--to` finds them by the entry points shown."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import tomllib
from collections import Counter
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.docs.examples import ROOT, blocks

PAGE = ROOT / "docs" / "sinks" / "own.md"


@pytest.fixture
def package(tmp_path):
    """Return a folder with the page's modules, installed as far as an interpreter can tell."""
    for source in blocks(PAGE, "python"):
        name = re.match(r'"""(\w+\.py)', source)
        assert name, "a program says first what its file is called"
        (tmp_path / name[1]).write_text(source)
    (declared,) = blocks(PAGE, "toml")
    points = tomllib.loads(declared)["project"]["entry-points"]
    told = tmp_path / "sqlite_sink-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: sqlite-sink\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in of.items())
        for group, of in points.items()
    ]
    (told / "entry_points.txt").write_text("".join(lines))
    return tmp_path


def run(folder, command, *args):
    """Run one of this interpreter's commands where the package is installed."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [Path(sys.executable).with_name(command), *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "not_kept"),
    [
        ("test_sqlite_sink.py", {"this sink keeps no counts, or its destination can be asked"}),
        ("test_lines_sink.py", set()),
    ],
)
def test_they_pass_the_contract(package, module, not_kept):
    """With the test modules of the page, and no test skipped but those of what a sink does not keep."""
    done = run(package, "pytest", "-q", "-rs", "-p", "no:cacheprovider", module)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"SKIPPED.*: (.*)", done.stdout)) == not_kept


@contextmanager
def listening(answer):
    """A server on loopback that answers as it is told, and repeats the key if it refuses; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answer(self.headers, body)
            self.send_response(status)
            self.end_headers()
            if status >= 400:
                self.wfile.write(str(self.headers["Authorization"]).encode())

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_network_sink_keeps_what_is_refused_and_sends_it_again(package, monkeypatch):
    """Busy once, one event refused for good, found by halving: a dead letter, which `send` brings later.

    The answer repeats the key, which is masked in the dead letter.
    """
    taken, refused, is_busy = Counter(), [], [True]

    def answer(headers, body):
        assert headers["Authorization"] == "Bearer secret-token"
        ids = [json.loads(line)["insert_id"] for line in body.split(b"\n")]
        if is_busy and is_busy.pop():
            return 503
        if not refused:
            refused.append(ids[0])
        if refused[0] in ids:
            return 413 if len(ids) > 1 else 400
        taken.update(ids)
        return 204

    monkeypatch.setenv("LINES_TOKEN", "secret-token")
    with listening(answer) as port:
        to = ("--to", f"lines:http://127.0.0.1:{port}/")
        first = run(package, "footfall", "run", "ecommerce", "--people=100", "--days=3", *to)
        (file,) = (package / "dead-letters").iterdir()
        (name,), refused[:] = refused, ["another"]
        again = run(package, "footfall", "send", "dead-letters", *to)
    assert (first.returncode, again.returncode) == (1, 0), first.stderr + again.stderr
    assert f"{len(taken) - 1:,} events" in first.stdout
    assert name in file.read_text()
    assert "Bearer •••" in file.read_text()
    assert "secret-token" not in first.stdout + first.stderr + file.read_text()
    assert set(taken.values()) == {1}
    assert name in taken


def test_the_command_of_the_page_prints_what_it_says(package):
    """The sink is found, the line is that of the page, and every event is there; again, nothing is twice."""
    (command,), (line,) = blocks(PAGE, "sh"), blocks(PAGE, "text")
    first, again = (run(package, *command.split()) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert line in first.stdout
    assert "in sqlite:events.sqlite: complete before" in again.stdout
    with closing(sqlite3.connect(package / "events.sqlite")) as connection:
        n, n_ids = connection.execute(
            "SELECT count(*), count(DISTINCT json_extract(event, '$.insert_id')) FROM events"
        ).fetchone()
    assert n == n_ids
    assert f"{n:,} events" in line
