"""`footfall live`: people act now, and their events are delivered when they happen."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from footfall.cli import arguments, delivery_outcome, options
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.cli.rerun import again
from footfall.errors import shown
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, zones

if TYPE_CHECKING:
    from footfall.execution.live.live_run import LiveResult
    from footfall.execution.live.stats import LiveSinkStatus, LiveStatus

EPILOG = """\b
Examples:
  footfall run ecommerce --start now-30d && footfall live ecommerce --to duckdb:footfall.duckdb
  footfall live shop.yaml --to postgresql://me@localhost/shop --speed 60 --for 10m
  footfall live ecommerce --to - --speed 600 | jq .event_type
\b
A store that holds a run of the scenario and seed is continued where it stands, with the same people: no gap, nothing
twice. Else the run begins today. The past is lived through first, which is not written again.
Ctrl-C once finishes what is in flight and says how to go on; twice stops at once.
"""

_SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h|d)")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kM]?)/s")
FASTEST = 1e9
_SECONDS = {
    "s": 1,
    "m": MINUTE_MS // SECOND_MS,
    "h": HOUR_MS // SECOND_MS,
    "d": DAY_MS // SECOND_MS,
}
_TIMES = {"": 1, "k": 1e3, "M": 1e6}


class DurationArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A time by the clock: 30s, 10m, 1.5h, 2d."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds."""
        found = _SPAN.fullmatch(str(value))
        if found is None or not float(found[1]):
            self.fail(
                f"{shown(str(value))} is not a time like 30s, 10m, 1.5h or 2d", param, ctx
            )
        return float(found[1]) * _SECONDS[found[2]]


class RateArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """Events per second: 500/s, 20k/s."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return events per second."""
        found = _RATE.fullmatch(str(value))
        if found is None or not float(found[1]):
            self.fail(f"{shown(str(value))} is not a rate like 500/s or 20k/s", param, ctx)
        return float(found[1]) * _TIMES[found[2]]


class SpeedArgument(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """Simulated seconds per second: 1, 60, 0.5."""

    name = "factor"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the factor."""
        try:
            factor = float(value)
        except ValueError:
            factor = 0.0
        if not 0 < factor < FASTEST:
            self.fail(
                f"{shown(str(value))} is not a number above 0, like 1 for the clock's own pace or 60",
                param,
                ctx,
            )
        return factor


@click.command("live", cls=DataCommand, epilog=EPILOG)
@click.argument("scenario", type=arguments.SCENARIO)
@click.option(
    "--to",
    metavar="SINK",
    multiple=True,
    required=True,
    help="Where to; repeatable, as for footfall run.",
)
@options.delivery
@click.option(
    "--speed",
    type=SpeedArgument(),
    default=1.0,
    show_default=True,
    help="How many times faster than the clock.",
)
@click.option(
    "--for",
    "for_s",
    type=DurationArgument(),
    help="How long to run by the clock: 30s, 10m, 2h.  [default: until stopped]",
)
@click.option(
    "--rate-limit", type=RateArgument(), help="Events per second at most: 500/s, 20k/s."
)
@click.option(
    "--catch-up/--no-catch-up",
    default=None,
    help="Deliver at once what has happened since the store ends, then go on with the clock.  [default: at speed 1]",
)
@click.option(
    "--people", type=arguments.PEOPLE, help="How many people, instead of the scenario's count."
)
@click.option(
    "--start", metavar="DATE", help="First day.  [default: that of the stored run, else today]"
)
@click.option(
    "--seed",
    type=arguments.SEED,
    default=1,
    show_default=True,
    help="Another seed, other people.",
)
@options.SPILL
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a value of the scenario.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--summary",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print the result.",
)
def command(
    scenario: str,
    quiet: bool,
    summary: str,
    settings: tuple[str, ...],
    to: tuple[str, ...],
    region: str | None,
    dry_run: bool,
    spill: int,
    **given: Any,
) -> int:
    """Let people act now, and deliver their events when they happen.

    SCENARIO is the name of a shipped scenario (footfall scenarios lists them) or the path of a YAML file.
    """
    from footfall.execution.live.live_run import live
    from footfall.execution.live.stats import watch_nothing

    sinks = options.read_sinks(to, region=region, dry_run=dry_run)
    with gentle_stop() as stop:
        printer = _Printer(sys.stderr)
        with redirect_stderr(cast("TextIO", _Beside(sys.stderr, printer.leave))):
            result = live(
                scenario,
                to=sinks,
                settings=arguments.read_settings(settings) or None,
                stop=stop,
                watch=watch_nothing if quiet else printer.show,
                spill_bytes=spill,
                check=False,
                **given,
            )
    if all(delivery_outcome.is_left(balance) for balance in result.sinks):
        return 1
    if summary == "json":
        click.echo(
            json.dumps(record(result), indent=2, ensure_ascii=False),
            err=options.takes_stdout(sinks),
        )
    elif not quiet:
        printer.conclude(result)
    delivery_outcome.tell_problems(result.sinks, printer.told)
    if not result.is_finished and not quiet:
        click.echo(f"to continue: {_again(sys.argv[1:], result)}", err=True)
    return 0 if result.is_clean else 1


class _Printer:
    """Shows how a live run stands: a table that is written over in a terminal, else lines every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._n_shown, self._n_lines = stream, 0, 0
        self.told: set[str] = set()

    def leave(self) -> None:
        """Let the table stand as it is: what is written next is below it, and not to be written over."""
        self._n_lines = 0

    def show(self, status: LiveStatus) -> None:
        self._n_shown += 1
        for sink in status.sinks:
            self._tell_failure(sink)
        if self._stream.isatty():
            lines = table(status, shutil.get_terminal_size().columns)
            up = f"\x1b[{self._n_lines}F" if self._n_lines else ""
            click.echo(f"{up}\x1b[J" + "\n".join(lines), file=self._stream)
            self._n_lines = len(lines)
        elif self._n_shown % 10 == 1 and status.replayed >= 1:
            for line in lines_of(status):
                click.echo(line, err=True)

    def _tell_failure(self, sink: LiveSinkStatus) -> None:
        """Say at once that a sink has failed, while the others go on."""
        if (
            sink.problem is not None
            and sink.name not in self.told
            and not delivery_outcome.is_left(sink)
        ):
            self.told.add(sink.name)
            click.echo(
                f"error: {delivery_outcome.problem_text(sink.name, sink.problem)}", err=True
            )

    def conclude(self, result: LiveResult) -> None:
        until = _time(result.run.until_ms, result.time_zone)
        began = _time(result.began_ms, result.time_zone)
        rate = result.events / max(result.seconds, 1e-3)
        is_in_all = len(result.sinks) > 1 and not any(sink.problem for sink in result.sinks)
        everywhere = " in every sink" if is_in_all else ""
        click.echo(
            f"{result.events:,} events{everywhere} from {began} to {until}, {rate:,.0f} events/s",
            err=True,
        )
        for sink, lags in zip(result.sinks, result.lags, strict=True):
            half, most = lags.quantile_ms(0.5), lags.quantile_ms(0.99)
            late = "" if half is None else f"; lag: median {half:,} ms, 99 % within {most:,} ms"
            click.echo(
                f"in {sink.name}: {sink.accepted:,} accepted{delivery_outcome.rest_of(sink)}{late}",
                err=True,
            )


class _Beside:
    """Standard error while a table is shown there: what others write stays."""

    def __init__(self, stream: TextIO, notice: Callable[[], None]) -> None:
        self._stream, self._notice = stream, notice

    def write(self, text: str) -> int:
        """Write, and have it noticed."""
        self._notice()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def record(result: LiveResult) -> dict[str, Any]:
    """Return a result as plain data: what `--summary json` prints."""
    from footfall.cli.run_summary import balance_record

    return {
        "run": result.run.id,
        "scenario": result.run.stream.schema.scenario,
        "seed": result.run.stream.seed,
        "from_ms": result.began_ms,
        "until_ms": result.run.until_ms,
        "people": result.run.people,
        "events": result.events,
        "seconds": round(result.seconds, 3),
        "is_finished": result.is_finished,
        "sinks": [
            balance_record(sink)
            | {"lag_ms": {"median": lags.quantile_ms(0.5), "p99": lags.quantile_ms(0.99)}}
            for sink, lags in zip(result.sinks, result.lags, strict=True)
        ],
    }


_HEADS = ("per s", "queue", "flight", "resent", "accepted", "rejected", "lag", "99 %")
_SHORTEST_NAME = 12


def table(status: LiveStatus, columns: int) -> list[str]:
    """Return how a live run stands as lines for a terminal: one per sink, below a line of names.

    Args:
        status: How it stands.
        columns: Of the terminal; longer lines are cut, since they could not be written over.
    """
    if status.replayed < 1:
        return [f"living through the past: {status.replayed:.0%}"]
    at = dt.datetime.fromtimestamp(status.at_ms / 1000, dt.UTC).strftime("%m-%d %H:%MZ")
    rows = [(at, *_HEADS), *(_cells(sink) for sink in status.sinks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][1:]
    left = max(columns - 1 - sum(widths) - 2 * len(widths), _SHORTEST_NAME)
    width = min(max(len(row[0]) for row in rows), left)
    return [
        "  ".join(
            [_short(row[0], width), *(c.rjust(w) for c, w in zip(row[1:], widths, strict=True))]
        )[: columns - 1]
        for row in rows
    ]


def _short(name: str, width: int) -> str:
    return (name if len(name) <= width else name[: width - 1] + "…").ljust(width)


def lines_of(status: LiveStatus) -> list[str]:
    """Return how a live run stands as lines for a log, one per sink."""
    return [f"{_utc(status)}  {sink.name}: {_said(*_cells(sink)[1:])}" for sink in status.sinks]


def _said(
    rate: str,
    queued: str,
    in_flight: str,
    retries: str,
    accepted: str,
    rejected: str,
    *lags: str,
) -> str:
    counts = f"{queued} queued, {in_flight} in flight, {retries} retries, {accepted} accepted, {rejected} rejected"
    return f"{rate} events/s, {counts}, lag {lags[0]}, 99 % within {lags[1]}"


def _cells(sink: LiveSinkStatus) -> tuple[str, ...]:
    counts = (
        sink.events_per_s,
        sink.queued,
        sink.in_flight,
        sink.retries,
        sink.accepted,
        sink.rejected,
    )
    none = "failed" if sink.problem is not None else "–"
    lags = (none, "–") if sink.lag_ms is None else (f"{ms:,} ms" for ms in sink.lag_ms)
    return (sink.name, *(f"{count:,.0f}" for count in counts), *lags)


def _utc(status: LiveStatus) -> str:
    return dt.datetime.fromtimestamp(status.at_ms / 1000, dt.UTC).strftime(
        "%Y-%m-%d %H:%M:%S UTC"
    )


def _time(ms: int, time_zone: str) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, zones.zone(time_zone)).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def _again(given: list[str], result: LiveResult) -> str:
    """Return the command that goes on: the same where a store knows the run, else with its first day."""
    is_known = any(sink.capabilities.keeps_runs for sink in result.sinks)
    is_dated = any(part.partition("=")[0] == "--start" for part in given)
    day = _time(result.run.stream.start_ms, result.time_zone)[:10]
    return again([*given, *([] if is_known or is_dated else ["--start", day])])
