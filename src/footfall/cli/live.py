"""`footfall live`: people act now, and their events are delivered when they happen."""

from __future__ import annotations

import datetime as dt
import json
import sys
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from footfall.cli import arguments, delivery_outcome, options
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.cli.live_arguments import DurationArgument, RateArgument, SpeedArgument
from footfall.cli.live_status import StatusPrinter, StderrBesideTable
from footfall.cli.rerun import again, to_continue
from footfall.units import zones

if TYPE_CHECKING:
    from footfall.execution.live.live_task import LiveResult

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
    help="How much of people's time to deliver, as it passes at this speed: 30s, 10m, 2h. What slows delivery, "
    "such as --rate-limit, makes it take longer.  [default: until stopped]",
)
@click.option(
    "--max-time",
    "max_time_s",
    type=DurationArgument(),
    help="Stop after this long by the clock, whatever is delivered by then: 30s, 10m, 2h.",
)
@click.option(
    "--rate-limit",
    type=RateArgument(),
    help="Events per second at most: 500/s, 20k/s.",
)
@click.option(
    "--catch-up/--no-catch-up",
    default=None,
    help="Deliver at once what has happened since the store ends, then go on with the clock.  [default: at speed 1]",
)
@click.option(
    "--people",
    type=arguments.PEOPLE,
    help="How many people come in the scenario's whole length, instead of its count.",
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
    to: tuple[str, ...],
    region: str | None,
    dry_run: bool,
    spill: int,
    **given: Any,
) -> int:
    """Let people act now, and deliver their events when they happen.

    SCENARIO is the name of a shipped scenario (footfall scenarios lists them) or the path of a YAML file.
    """
    from footfall.execution.allocation import keeping_little
    from footfall.execution.live.live_run import live_with
    from footfall.execution.live.live_task import LiveOptions
    from footfall.execution.live.stats import watch_nothing
    from footfall.execution.start import depends_on_today
    from footfall.sinks.protocol import capabilities_of

    sinks = options.read_sinks(to, region=region, dry_run=dry_run)
    parameters = options.run_parameters(given)
    # Without a start it is that of a stored run, else today.
    is_dated = not depends_on_today(parameters.start or "today") or any(
        capabilities_of(sink).keeps_runs for sink in sinks
    )
    with keeping_little(), gentle_stop(to_continue(sinks, is_dated=is_dated)) as stop:
        printer = StatusPrinter(sys.stderr)
        # Sinks write remarks there by themselves; the table begins anew below each.
        with redirect_stderr(cast("TextIO", StderrBesideTable(sys.stderr, printer.leave))):
            result = live_with(
                scenario,
                parameters,
                sinks,
                LiveOptions(spill_bytes=spill, **given),
                stop=stop,
                watch=watch_nothing if quiet else printer.show,
                check=False,
            )
    if all(delivery_outcome.is_left(balance) for balance in result.sinks):
        return 1
    if summary == "json":
        click.echo(
            json.dumps(record(result), indent=2, ensure_ascii=False),
            err=options.takes_stdout(sinks),
        )
    elif not quiet:
        _conclude(result)
    delivery_outcome.tell_problems(result.sinks, printer.reported)
    if not result.is_finished and not quiet:
        click.echo(f"to continue: {_again(sys.argv[1:], result)}", err=True)
    return 0 if result.is_clean else 1


def _conclude(result: LiveResult) -> None:
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


def _time(ms: int, time_zone: str) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, zones.zone(time_zone)).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def _again(given: list[str], result: LiveResult) -> str:
    """Return the command that continues: the same if a store knows the run, else with --start."""
    is_known = any(sink.capabilities.keeps_runs for sink in result.sinks)
    is_dated = any(part.partition("=")[0] == "--start" for part in given)
    day = _time(result.run.stream.start_ms, result.time_zone)[:10]
    return again([*given, *([] if is_known or is_dated else ["--start", day])])
