"""The routes of the receiver: requests in, answers out; what an answer says is decided elsewhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from footfall.errors import StoreError
from footfall.net.clock import Clock
from footfall.receiver import page, webhook
from footfall.receiver.chaos import HALF
from footfall.receiver.event_rate import EventRate
from footfall.receiver.event_store import EventsRefused
from footfall.receiver.intake import BatchOutcome, MalformedBody, ReceivedBatch
from footfall.receiver.received import EventWriter
from footfall.receiver.refused_requests import TOO_MUCH, WRONG_KEY, WRONG_TYPE, RefusedRequests
from footfall.receiver.request_guard import OverBudget
from footfall.receiver.request_parts import bare
from footfall.receiver.vendors.vendor_protocol import Answer, Asked, Refusal, VendorProtocol
from footfall.sinks.webhook import signature
from footfall.text import count

BODY_TIME_S = 30.0
RETRY = {"Retry-After": "5"}
"""With 503: clients must not repeat 507, full disk, by themselves (RFC 4918, 11.5)."""
WEBHOOK = "/webhook"
_EXACT = frozenset({"/batch"})
"""Amplitude's; PostHog's has a slash at its end."""
_REASONS = {401: WRONG_KEY, 415: WRONG_TYPE}
"""Status → reason, where it is another one than the guard's."""
LATE = f"the body did not come within {BODY_TIME_S:.0f} s"
NOT_NOW = "the store does not take events now; /health says why"
NOT_STORABLE = "the store cannot hold these events: a text in them is too long, it seems"


class TooLarge(Exception):  # noqa: N818 - reads as what a body is
    """A body is longer than its endpoint takes."""


@dataclass
class Receiver:
    """The application: answers requests that the guard has let through.

    Args:
        received: Where events go.
        vendors: Check what comes in the protocols of vendors.
        clock: Tells the time of day, for signatures.
        keys: Of webhooks' signatures; empty takes unsigned ones.
        chaos: Kind of misbehaviour → how often.
        tell: Is told, in a line, of each remark on events once.
        remarks: Vendor's path → remark on its events → how many.
        refused: Counts requests that are refused, here or before they come here.
    """

    received: EventWriter
    vendors: Sequence[VendorProtocol]
    clock: Clock
    keys: Sequence[bytes] = ()
    chaos: dict[str, int] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    tell: Callable[[str], None] = lambda _: None
    remarks: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: RefusedRequests = field(default_factory=RefusedRequests)

    def __post_init__(self) -> None:
        self.rate = EventRate(self.clock)

    def app(self) -> Starlette:
        """Return the application, without its guard."""
        return Starlette(
            routes=[
                Route("/", self._page, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
                Route("/metrics", self._metrics, methods=["GET"]),
                Route(WEBHOOK, self._webhook, methods=["POST"]),
                *self._vendor_routes(),
            ],
            exception_handlers={
                HTTPException: self._no_route,
                OverBudget: self._busy,
                Exception: _fault,
            },
        )

    @property
    def ways_in(self) -> frozenset[str]:
        """Paths that take events, without a slash at their ends."""
        paths = (bare(path) for vendor in self.vendors for path in vendor.paths)
        return frozenset({WEBHOOK, *paths})

    def _vendor_routes(self) -> list[Route]:
        routes = []
        for vendor in self.vendors:
            for path in vendor.paths:
                methods = ["GET", "POST"] if bare(path) in vendor.readable else ["POST"]
                # SDKs of one vendor do not agree on the slash; where it tells vendors apart, it is part of the path.
                written = [path] if path.endswith("/") or path in _EXACT else [path, f"{path}/"]
                answer = self._answering(vendor, path)
                routes += [Route(one, answer, methods=methods) for one in written]
        return routes

    async def _page(self, request: Request) -> Response:
        overview, trouble = None, ""
        try:
            # In a thread: while the store counts, requests are answered.
            overview = await asyncio.to_thread(self.received.overview)
        except StoreError as error:
            trouble = f"The store cannot be read: {_first_line(error)}"
        if self.received.trouble is not None:
            trouble = f"Events are refused: {_first_line(self.received.trouble)}"
        counts = {"new": self.totals["events"], "duplicates": self.totals["duplicates"]}
        shown = page.render(
            overview,
            counts | {"refused": self.refused.n_requests},
            self.rate.per_second(),
            remarks=self._remarks(),
            refused=self.refused.records(),
            store=self.received.event_store.name,
            trouble=trouble,
            at_ms=self.clock.wall_ms(),
            base=f"{request.url.scheme}://{request.url.netloc}",
        )
        return self._counted(request, HTMLResponse(shown, 503 if overview is None else 200))

    async def _health(self, request: Request) -> Response:
        """Tell whether events can be stored, having tried, and what was refused since the start."""
        health: dict[str, Any] = {"status": "ok", "store": self.received.event_store.name}
        health |= {"refused": self.refused.records()}
        try:
            await asyncio.wrap_future(self.received.submit(ReceivedBatch([], [])))
        except StoreError as error:
            health |= {"status": "failing", "reason": _first_line(error)}
            return self._counted(request, JSONResponse(health, 503, RETRY))
        return self._counted(request, JSONResponse(health))

    async def _metrics(self, request: Request) -> Response:
        counts: dict[str, dict[str, int]] = {"requests": dict(self.requests)}
        counts |= {name: {"": self.totals[name]} for name in ("events", "duplicates", "bytes")}
        counts["refused"] = {
            f'status="{status}",reason="{reason}"': n
            for (status, reason), n in self.refused.counts.items()
        }
        counts["chaos"] = {f'kind="{kind}"': n for kind, n in self.chaos.items()}
        text = page.metrics(counts, is_well=self.received.trouble is None)
        return self._counted(
            request, PlainTextResponse(text, media_type="text/plain; version=0.0.4")
        )

    async def _webhook(self, request: Request) -> Response:
        """Answer a webhook; errors are short sentences, and every bad input is a 4xx."""
        try:
            body = await self._body(request, webhook.MOST_BYTES)
            # The signature is over the raw body, and is checked before anything of it is
            # parsed.
            message = self._message(request, body)
            if isinstance(message, Response):
                return self._counted(request, message)
            intake = webhook.take(body, message, self.clock.wall_ms(), _content_type(request))
        except TooLarge as error:
            return self._counted(request, _problem(413, str(error)))
        except TimeoutError:
            return self._counted(request, _problem(408, LATE))
        except MalformedBody as error:
            return self._counted(request, _problem(400, str(error)))
        return self._counted(request, await self._stored_webhook(request, intake))

    def _message(self, request: Request, body: bytes) -> str | Response | None:
        """Return the id of a message, if it has one and its signature is right, or the refusal."""
        names = (signature.ID, signature.TIMESTAMP, signature.SIGNATURE)
        given = {name: request.headers.getlist(name) for name in names}
        if any(len(values) > 1 for values in given.values()):
            return _problem(400, "a webhook header stands twice")
        headers = {name: values[0] for name, values in given.items() if values}
        if self.keys:
            flaw = signature.flaw_in(self.keys, headers, body, self.clock.wall_ms() // 1000)
            if flaw is not None:
                return _problem(401, f"the signature is {flaw}")
        message = headers.get(signature.ID)
        if message is not None and not signature.is_id(message):
            return _problem(400, "webhook-id must be 1 to 128 letters, digits, - or _")
        if (kind := _content_type(request)) not in webhook.KINDS:
            accepted = ", ".join(filter(None, webhook.KINDS))
            return _problem(415, f"the content type is {kind[:80]}; accepted: {accepted}")
        return message

    async def _stored_webhook(self, request: Request, intake: ReceivedBatch) -> Response:
        try:
            stored = await self._store(request, intake, WEBHOOK)
        except EventsRefused:
            return _problem(400, NOT_STORABLE)
        except StoreError:
            return _problem(503, NOT_NOW, RETRY)
        if stored.is_conflict:
            return _problem(409, "a message of that webhook-id came before with another body")
        return JSONResponse({"accepted": stored.new, "duplicates": stored.duplicates})

    def _answering(
        self, vendor: VendorProtocol, path: str
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            asked = Asked(bare(request.scope["path"]), dict(request.query_params))
            if request.method == "HEAD":
                return self._answered(request, vendor.refused(asked, 405, "send it by POST"))
            try:
                asked = self._asked(request, await self._body(request, vendor.paths[path]))
                said = await self._taken(request, vendor, path, asked)
            except Refusal as refusal:
                said = vendor.refused(asked, refusal.status, refusal.why)
            except MalformedBody as error:
                said = vendor.refused(asked, 400, str(error))
            except TooLarge as error:
                said = vendor.refused(asked, 413, str(error))
            except TimeoutError:
                said = vendor.refused(asked, 408, LATE)
            return self._answered(request, said)

        return answer

    def _asked(self, request: Request, body: bytes) -> Asked:
        return Asked(
            path=bare(request.scope["path"]),
            query=dict(request.query_params),
            kind=_content_type(request),
            authorization=request.headers.get("authorization", ""),
            body=body,
            now_ms=self.clock.wall_ms(),
        )

    async def _taken(
        self, request: Request, vendor: VendorProtocol, path: str, asked: Asked
    ) -> Answer:
        """Store what a request brings to a path, and return the answer to it."""
        taken = vendor.receive(asked)
        if isinstance(taken, Answer):
            return taken
        try:
            stored = await self._store(request, taken, path)
        except EventsRefused:
            return vendor.refused(asked, 400, NOT_STORABLE)
        except StoreError:
            return vendor.refused(asked, 503, NOT_NOW)
        return vendor.accepted(asked, taken, stored)

    async def _body(self, request: Request, most: int) -> bytes:
        """Return a request's body, read no further than its limit."""
        try:
            if int(request.headers.get("content-length", "0")) > most:
                # Refused before a byte is read, where the length is told.
                raise TooLarge(f"the body is longer than {most} bytes")
        except ValueError:
            raise MalformedBody("content-length is no number") from None
        pieces, size = [], 0
        try:
            async with asyncio.timeout(BODY_TIME_S):
                async for piece in request.stream():
                    # Counted as it comes: the header may be missing, or lie.
                    size += len(piece)
                    if size > most:
                        raise TooLarge(f"the body is longer than {most} bytes")
                    pieces.append(piece)
        except ClientDisconnect:
            raise MalformedBody("the connection ended in the middle of the body") from None
        self.totals["bytes"] += size
        return b"".join(pieces)

    async def _store(self, request: Request, intake: ReceivedBatch, path: str) -> BatchOutcome:
        if HALF in request.scope:
            half = len(intake.rows) // 2
            intake = ReceivedBatch(intake.rows[:half], intake.updates[:half])
        # Waiting here, after the commit and not before, is what 2xx promises: it is stored.
        stored = await asyncio.wrap_future(self.received.submit(intake))
        self.totals["events"] += stored.new
        self.totals["duplicates"] += stored.duplicates
        self.rate.add(stored.new)
        for remark, n_events in intake.remarks.items():
            self._remark(path, remark, n_events)
        return stored

    def _remarks(self) -> list[str]:
        return [
            f"{count(n_events)} {'event' if n_events == 1 else 'events'} came to {path} {remark}"
            for (path, remark), n_events in self.remarks.items()
        ]

    def _remark(self, path: str, remark: str, n_events: int) -> None:
        if not self.remarks[path, remark]:
            self.tell(f"events came to {path} {remark}")
        self.remarks[path, remark] += n_events

    def _answered(self, request: Request, answer: Answer) -> Response:
        headers = RETRY if answer.status == 503 else None
        if isinstance(answer.body, str):
            return self._counted(
                request, PlainTextResponse(answer.body, answer.status, headers)
            )
        return self._counted(request, JSONResponse(answer.body, answer.status, headers))

    async def _no_route(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        if request.method == "POST" and status == 404:
            body = {"code": 400, "error": "Invalid request path"}  # in Amplitude's words
            return self._counted(request, JSONResponse(body, 400), "other")
        title = {404: "there is nothing here", 405: "the method does not fit the path"}.get(
            status, "not possible"
        )
        return self._counted(request, _problem(status, title), "other")

    async def _busy(self, request: Request, error: Exception) -> Response:
        del error
        return self._counted(request, _problem(503, TOO_MUCH, RETRY), reason=TOO_MUCH)

    def _counted(
        self, request: Request, response: Response, path: str = "", reason: str = ""
    ) -> Response:
        self.requests[
            f'path="{path or request.scope["path"]}",status="{response.status_code}"'
        ] += 1
        if response.status_code >= 400:
            # The guard's 401 is about the token, an app's about a key or a signature.
            self.refused.add(
                response.status_code, reason or _REASONS.get(response.status_code, "")
            )
        return response


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as problem details. Source: RFC 9457."""
    body: dict[str, Any] = {"status": status, "title": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


async def _fault(request: Request, error: Exception) -> Response:
    """Answer where we have failed ourselves; nothing of the request is shown."""
    del request
    return _problem(500, f"a fault of the receiver: {type(error).__name__}")
