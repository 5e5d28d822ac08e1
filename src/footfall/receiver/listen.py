"""The listener of the receiver: one socket, one process, and bounds on its connections."""

from __future__ import annotations

import asyncio
import errno
import http.client
import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import uvicorn

from footfall.errors import FootfallError, UsageError
from footfall.net.clock import Clock, SystemClock
from footfall.net.secrets import Secret
from footfall.receiver.app import WEBHOOK, Receiver
from footfall.receiver.chaos import Chaos, ChaosProfile
from footfall.receiver.connections import MOST_CONNECTIONS, GuardedConnection
from footfall.receiver.duckdb_store import DuckDBEventStore
from footfall.receiver.event_store import EventStore
from footfall.receiver.origins import AllowedOrigins, origin_of
from footfall.receiver.postgres_store import PostgresEventStore
from footfall.receiver.received import EventWriter
from footfall.receiver.refused_requests import HEADER_BYTES, RefusedRequests
from footfall.receiver.request_guard import ByteBudget, RequestGuard
from footfall.receiver.request_parts import App
from footfall.receiver.unpacking import Unpacking
from footfall.receiver.vendors.amplitude import AmplitudeProtocol
from footfall.receiver.vendors.mixpanel import MixpanelProtocol
from footfall.receiver.vendors.posthog import PostHogProtocol
from footfall.receiver.vendors.segment import SegmentProtocol
from footfall.receiver.vendors.vendor_protocol import KnownKey, VendorProtocol
from footfall.sinks.webhook import signature
from footfall.store.postgres.address import FORM, Address, is_address

IDLE_S = 60
LEAVE_S = 2
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """Settings of a receiver that listens.

    Args:
        store: A DuckDB file, or the URL of a PostgreSQL database.
        host: Address to listen on.
        port: 0 takes a free one.
        api_key: The one that Amplitude's endpoints accept; by default the token, and any where there is none either.
            Those of other vendors accept the token, or any.
        webhook_secret: Webhooks must be signed with it; None takes unsigned ones.
        token: Must come with every other request; needed where others than this machine can connect.
        chaos: Misbehaviour on purpose.
        is_first_only: Name one bad event per field at a time.
        most_bytes: How large a DuckDB file may become; None for as large as the disk allows.
        origins: Pages that may send events from a browser, such as `http://localhost:3000`.
    """

    store: Path | str
    host: str = "127.0.0.1"
    port: int = 8888
    api_key: Secret | None = None
    webhook_secret: Secret | None = None
    token: Secret | None = None
    chaos: ChaosProfile | None = None
    is_first_only: bool = False
    most_bytes: int | None = None
    origins: tuple[str, ...] = ()


class Listener:
    """A receiver that listens.

    Args:
        settings: How.
        clock: The machine's by default.
        tell: Is told, in a line, when the store begins and ends to refuse.

    made (the socket is bound, the store open) → `serve` (until stopped) → closed.

    Raises:
        UsageError: The port is taken, or the address needs a token.
        StoreError: The store cannot be opened.
    """

    def __init__(
        self,
        settings: ListenSettings,
        clock: Clock | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        check_reach(settings)
        self._origins = frozenset(map(origin_of, settings.origins))
        keys = signature.keys_of(settings.webhook_secret) if settings.webhook_secret else []
        clock = clock or SystemClock()
        # The port first: a second receiver should hear that it is taken, not that the file is.
        self._socket = bind(settings.host, settings.port)
        try:
            self.received = EventWriter(
                event_store_of(settings.store, settings.most_bytes), clock, tell
            )
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.receiver = Receiver(
            self.received, _vendors(settings, clock), clock, keys, tell=tell
        )
        self._server = _Server(_config(self._guarded(settings, tell)))

    def serve(self, stop: threading.Event | None = None) -> None:
        """Answer requests until `stop` is set or called."""
        self._server.stop = stop or self._server.stop
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.received.close()
            self._socket.close()

    def stop(self) -> None:
        """Let `serve` return soon."""
        self._server.stop.set()

    @property
    def is_ready(self) -> bool:
        """Whether requests are answered."""
        return self._server.started

    def _guarded(
        self, settings: ListenSettings, tell: Callable[[str], None]
    ) -> tuple[App, type[GuardedConnection]]:
        class protocol(GuardedConnection):  # noqa: N801 - a class as a value: every listener has connections of its own
            transports: ClassVar[dict[Any, asyncio.Transport]] = {}
            refused: ClassVar[RefusedRequests] = self.receiver.refused

        app: App = Unpacking(ByteBudget(self.receiver.app()))
        if settings.chaos is not None:
            app = Chaos(app, settings.chaos, protocol.cut, self.receiver.chaos)
        ways_in = self.receiver.ways_in
        guard = RequestGuard(
            app,
            self.port,
            settings.token,
            has_signatures=bool(self.receiver.keys),
            ways_in=ways_in,
            self_guarded=ways_in - {WEBHOOK},
            origins=AllowedOrigins(self._origins, tell),
            refused=self.receiver.refused,
        )
        return guard, protocol


class _Server(uvicorn.Server):
    """A server that an event stops: what signals do is for its caller to say, also before it listens to any."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop = threading.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self.stop.is_set()


def _vendors(settings: ListenSettings, clock: Clock) -> list[VendorProtocol]:
    # With a token requests to any name pass the guard, so nothing may be open to anybody.
    own = settings.api_key or settings.token
    key = KnownKey(settings.token.value if settings.token else None)
    return [
        AmplitudeProtocol(clock, own.value if own else None, settings.is_first_only),
        MixpanelProtocol(key),
        PostHogProtocol(key),
        SegmentProtocol(key),
    ]


def _config(how: tuple[App, type[GuardedConnection]]) -> uvicorn.Config:
    app, protocol = how
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        # No proxy stands in front: who is connected is not for a header to say.
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=LEAVE_S,
    )


def event_store_of(store: Path | str, most_bytes: int | None) -> EventStore:
    """Return the event store that a text names.

    Args:
        store: `FILE`, `duckdb:FILE` or `postgresql://USER@HOST:PORT/DATABASE`.
        most_bytes: How large a file may become.

    Raises:
        UsageError: It is neither, or a database that is to be limited.
    """
    text = str(store)
    if is_address(text):
        if most_bytes is not None:
            raise UsageError(
                f"--max-size limits a DuckDB file, not {Address(text).shown}\n  hint: leave it out"
            )
        return PostgresEventStore(text)
    kind = re.match(r"[a-z][a-z0-9+]+(?=:)", text)
    if kind is not None and kind[0] != "duckdb":
        raise UsageError(
            f'--to "{kind[0]}:…": the receiver stores into DuckDB or PostgreSQL\n'
            f"  accepted: FILE, duckdb:FILE or {FORM}"
        )
    return DuckDBEventStore(Path(text.removeprefix("duckdb:")), most_bytes)


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


def check_reach(settings: ListenSettings) -> None:
    """Check that whoever can connect must know a token, unless that is this machine alone.

    Raises:
        UsageError: There is no token, or a short one.
    """
    if is_loopback(settings.host):
        return
    if settings.token is None or len(settings.token.value) < SHORTEST_TOKEN:
        raise UsageError(
            f"--host {settings.host} lets other machines connect, which needs a token\n"
            f"  accepted: at least {SHORTEST_TOKEN} characters in FOOTFALL_RECEIVER_TOKEN\n"
            '  hint: export FOOTFALL_RECEIVER_TOKEN="$(openssl rand -hex 32)", or keep --host 127.0.0.1'
        )


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that is bound.

    Raises:
        UsageError: The port is taken, or the address is not this machine's; it says who answers there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol must be named: only then does asyncio switch off Nagle's algorithm, which would hold back the body of
    # every answer until its head is acknowledged, some 40 ms later.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Else the port is refused for a minute or so after a receiver has ended (TIME_WAIT).
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host.strip("[]"), port))
        bound.listen(2 * MOST_CONNECTIONS)  # from now on who connects waits, and is not refused
    except OSError as error:
        bound.close()
        raise _cannot_bind(host, port, error) from None
    return bound


def _cannot_bind(host: str, port: int, error: OSError) -> FootfallError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"port {port} is in use{_who(host, port)}\n  hint: stop it, or name another port: --port {port + 1}"
        )
    if error.errno == errno.EACCES:
        return UsageError(
            f"port {port} is reserved for the system\n  hint: --port 8888, or another above 1023"
        )
    return UsageError(f"cannot listen on {host}: {error.strerror}\n  hint: --host 127.0.0.1")


def _who(host: str, port: int) -> str:
    """Return a phrase on who answers on a port, as far as it says so."""
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body, server = answer.read(200), answer.headers.get("Server", "")
    except (OSError, http.client.HTTPException):
        return " by another program"
    finally:
        connection.close()
    if b'"store"' in body:
        return " by another footfall serve"
    return " by Jupyter, it seems" if "Tornado" in server else " by another web server"


def serve_in_thread(
    settings: ListenSettings,
    clock: Clock | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Listener, threading.Thread]:
    """Return a listener that answers already, and its thread; for programs and tests."""
    listener = Listener(settings, clock, tell)
    thread = threading.Thread(target=listener.serve, daemon=True)
    thread.start()
    wait = SystemClock()
    while not listener.is_ready and thread.is_alive():
        wait.sleep(0.005)
    return listener, thread
