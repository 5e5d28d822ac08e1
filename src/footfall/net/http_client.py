"""An HTTP client for one target: one exchange at a time, which ends and stays small whatever the other side does.

Made on `http.client`: no redirect is followed, no proxy of the environment is used, nothing is logged, and the address
that was checked is the one connected to. An answer that is cut short is no answer: a status alone would say "accepted"
of a request that a proxy has lost.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from footfall.errors import MASK, PermanentSinkError
from footfall.net import address_guard
from footfall.net.clock import Clock
from footfall.net.target import Target

CONNECT_S, SILENCE_S = 5.0, 15.0
"""To connect, and between two bytes; the whole exchange has a bound of its own, which a dribbling server meets."""
MOST_ANSWER_BYTES = 65_536
"""Read of an answer: more would let the other side fill our memory."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL makes of an answer in plain text, depending on its version."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request, or why none came.

    Args:
        status: 0 when nothing came back that could be understood: whether the request was taken is not known.
        body: At most 64 KiB of it.
        reason: Why nothing came back.
        secrets: Texts that are not shown, should the answer repeat them.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def gist(self) -> str:
        """The status and its meaning, or why nothing came back."""
        return (
            f"{self.status} {http.client.responses.get(self.status, '')}".strip()
            if self.status
            else self.reason
        )

    @property
    def excerpt(self) -> str:
        """The first 200 characters, fit for a message."""
        return self.fit(self.body[:4000].decode("utf-8", "replace"))

    def fit(self, text: str) -> str:
        """Return some text of the answer as it may be shown: without secrets and control characters, and short."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return "".join(c if c.isprintable() else " " for c in text[:200])

    def __str__(self) -> str:
        return f"{self.status} {self.excerpt}".strip() if self.status else self.reason


class HttpConnection:
    """A connection to one target, made when needed, for one thread.

    Args:
        target: Where to.
        clock: Measures how long an exchange takes.
        is_trusted: See `address_guard.checked`.
        whole_s: Longest time of one exchange.
        resolver: Looks names up.

    Example:
        connection = HttpConnection(target, SystemClock(), is_trusted=True)
        reply = connection.post(b"{}", {"Content-Type": "application/json"})
        if reply.status == 0:  # nobody knows whether it was taken: reply.reason says why
            ...
    """

    def __init__(
        self,
        target: Target,
        clock: Clock,
        *,
        is_trusted: bool,
        whole_s: float = 30.0,
        resolver: address_guard.Resolver = address_guard.resolve,
    ) -> None:
        self._target, self._clock, self._is_trusted, self._whole_s = (
            target,
            clock,
            is_trusted,
            whole_s,
        )
        self._resolver = resolver
        self._connection: _Connection | None = None
        self.deadline: float | None = None

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a request and return its answer; failures are answers too.

        Raises:
            PermanentSinkError: The target may not be connected to, its certificate is wrong, or it speaks no TLS.
        """
        is_reused = self._connection is not None
        reply = self._try(body, headers)
        # A kept connection that the other side had closed meanwhile, as servers do after some
        # idle time: no byte of an answer came, so this is no failure yet.
        if reply is None and is_reused:
            reply = self._try(body, headers)
        return reply or Reply(0, reason="the connection was closed before an answer came")

    def expire(self) -> None:
        """Break off the exchange if it has taken too long; called by another thread."""
        deadline, connection = self.deadline, self._connection
        if (
            deadline is not None
            and self._clock.monotonic() > deadline
            and connection is not None
        ):
            connection.cut()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _try(self, body: bytes, headers: Mapping[str, str]) -> Reply | None:
        """Return the answer, or None if the connection was closed before a byte of it came."""
        self.deadline = self._clock.monotonic() + self._whole_s
        try:
            return self._exchange(body, headers)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise PermanentSinkError(
                f"{self._target.authority}: its certificate is not accepted: {error.verify_message}\n"
                "  hint: SSL_CERT_FILE names a file with the authority that has signed it"
            ) from None
        except ssl.SSLError as error:
            self.close()
            if error.reason in _NO_TLS:
                raise PermanentSinkError(
                    f"there is no TLS at {self._target.host}:{self._target.port}\n"
                    "  hint: if that is the right port, write http instead of https"
                ) from None
            return Reply(
                0,
                reason=f"no TLS connection: {(error.reason or 'unknown').lower().replace('_', ' ')}",
            )
        except PermanentSinkError:
            self.close()
            raise
        except (ConnectionResetError, BrokenPipeError):
            # http.client raises a subclass of the first when the connection ends before any byte.
            self.close()
            return None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Reply(0, reason=_reason(error))
        finally:
            self.deadline = None

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self._connection is None:
            self._connection = _Connection(self._target, self._is_trusted, self._resolver)
        connection = self._connection
        connection.request(
            "POST", self._target.path, body, {"Host": self._target.authority, **headers}
        )
        answer = connection.getresponse()
        content = answer.read(MOST_ANSWER_BYTES)
        # `read(n)` returns what came before the connection ended, without an error; what is left of
        # Content-Length tells that it was cut.
        if answer.length and len(content) < MOST_ANSWER_BYTES:
            raise http.client.IncompleteRead(content, answer.length)
        # Of a longer answer the rest is not read, which the connection would need to be used again.
        is_longer = not answer.isclosed() and bool(answer.read(1))
        if is_longer or answer.will_close:
            self.close()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, content, named, secrets=self._target.secrets)


class _WholeLines(io.BufferedReader):
    """A reader of whole lines: `http.client` would take a connection that is cut in the headers as their end."""

    _is_first = True

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        # No byte at all, at the very beginning, is a kept connection that had been closed: the
        # caller of `_try` sends once more then.
        if not line.endswith(b"\n") and not (self._is_first and not line):
            raise http.client.IncompleteRead(line)
        self._is_first = False
        return line


class _Answer(http.client.HTTPResponse):
    """An HTTP response whose headers must be whole."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = _WholeLines(self.fp.detach())


class _Connection(http.client.HTTPConnection):
    """A connection whose address is checked when it is made."""

    response_class = _Answer

    def __init__(
        self, target: Target, is_trusted: bool, resolver: address_guard.Resolver
    ) -> None:
        super().__init__(target.host, target.port)
        self._target, self._is_trusted, self._resolver = target, is_trusted, resolver

    def connect(self) -> None:
        host, port = self._target.host, self._target.port
        made = address_guard.connect(
            host,
            port,
            is_trusted=self._is_trusted,
            timeout_s=CONNECT_S,
            resolver=self._resolver,
        )
        # Head and body are two writes; with Nagle's algorithm the second would wait for the other
        # side's delayed acknowledgement, some 40 ms.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._target.scheme == "https":
            made = ssl.create_default_context().wrap_socket(made, server_hostname=host)
        made.settimeout(SILENCE_S)
        self.sock = made

    def cut(self) -> None:
        """End what is going on in another thread: its read or write fails, and it closes the socket itself."""
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return f"the name cannot be looked up: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"no valid answer ({type(error).__name__})"
