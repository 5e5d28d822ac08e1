"""`footfall send`: deliver what was generated before."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments, delivery_outcome, options
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.cli.rerun import again, to_continue
from footfall.errors import UsageError, shown
from footfall.text import clean, plural
from footfall.units.dates import FIRST_YEAR, LAST_YEAR
from footfall.units.durations import LONGEST_DAYS

if TYPE_CHECKING:
    from footfall.execution.resend import DeadLettersResult
    from footfall.execution.result import Balance, RunResult
    from footfall.foreign.roles import Named
    from footfall.sinks import Sink

EPILOG = """\b
Examples:
  footfall send footfall.duckdb --to postgresql://me@localhost/shop
  footfall send parquet:shop --to ndjson:shop.ndjson
  footfall send footfall.duckdb --to webhook+http://127.0.0.1:8888/webhook --from 2026-01-10 --until 2026-01-12
  footfall send log.csv --to duckdb:log.duckdb --user personId --time timestamp --type eventType
  footfall send dead-letters --to webhook+https://example.com/events
\b
The same command again continues it if it was stopped, and does nothing if all is delivered.
Exit code: 0 done, 1 failed, refused or stopped before the end, 2 a mistake in the command.
"""


@click.command("send", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE)
@click.option(
    "--to",
    metavar="SINK",
    multiple=True,
    required=True,
    help="Where to; repeatable, as for footfall run.",
)
@options.delivery
@click.option(
    "--from",
    "from_",
    metavar="TIME",
    help="Only what happened since: a date or 2026-01-10T08:00, in UTC.",
)
@click.option(
    "--until", metavar="TIME", help="Only what happened before: a date or a time, in UTC."
)
@click.option(
    "--run",
    "run_id",
    metavar="ID",
    help="Which run, by its id or the beginning of it; else the one asked for last.",
)
@options.columns
@click.option(
    "--skip-bad",
    metavar="FILE",
    help="Of a log: put lines that are no events aside, with the reason, and send the others.",
)
@options.SPILL
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--summary",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print the result.",
)
def command(
    store: str, to: tuple[str, ...], region: str | None, dry_run: bool, **given: Any
) -> int:
    """Deliver what was generated before to another sink.

    STORE is a DuckDB file, a folder of Parquet files, a PostgreSQL database or an NDJSON file; or dead letters, one
    file or a folder of them, which are tried again. Events of others, in CSV, NDJSON or Parquet with columns of any
    name, go into the table imported.events of a store (DuckDB, Parquet, PostgreSQL): each once, however often they
    are sent.
    """
    from footfall.execution.resend import holds_dead_letters
    from footfall.foreign.log_paths import is_foreign

    sinks = options.read_sinks(to, region=region, dry_run=dry_run)
    named, skip_bad = options.named_columns(given), given.pop("skip_bad")
    # Before `is_foreign`: dead letters are NDJSON that no run has written, too.
    if holds_dead_letters(store):
        return _send_dead_letters(store, sinks, **given)
    if is_foreign(store):
        return _send_foreign(store, sinks, named=named, skip_bad=skip_bad, **given)
    if named.is_any or named.zone or skip_bad:
        raise UsageError(
            f"{store} was written by footfall: its columns need no names, and it has no bad lines\n"
            "  hint: leave --user, --time, --type, --session, --id, --zone and --skip-bad out"
        )
    return _send(store, sinks, **given)


def _send(
    store: str,
    sinks: list[Sink],
    *,
    from_: str | None,
    until: str | None,
    run_id: str | None,
    spill: int,
    quiet: bool,
    summary: str,
) -> int:
    from footfall.execution.send import send

    with gentle_stop(to_continue(sinks)) as stop:
        result = send(
            store,
            to=sinks,
            run=run_id,
            from_ms=_ms("--from", from_),
            until_ms=_ms("--until", until),
            spill_bytes=spill,
            progress=not quiet,
            stop=stop,
            check=False,
        )
    if all(delivery_outcome.is_left(balance) for balance in result.sinks):
        return 1
    if summary == "json":
        from footfall.cli.run_summary import record

        click.echo(
            json.dumps(record(result), indent=2, ensure_ascii=False),
            err=options.takes_stdout(sinks),
        )
    elif not quiet:
        conclude(result)
    delivery_outcome.tell_problems(result.sinks)
    if not result.is_finished:
        tell_unfinished(result.sinks)
    return 0 if result.is_clean else 1


def _send_foreign(
    store: str,
    sinks: list[Sink],
    *,
    named: Named,
    skip_bad: str | None,
    quiet: bool,
    summary: str,
    **given: Any,
) -> int:
    from footfall.foreign.importing import import_log

    _refuse_choice(given, "what footfall did not write is taken over whole")
    # All sinks are checked before the first one gets anything.
    done = import_log(
        store,
        _stores(sinks),
        named=named,
        skip_bad=Path(skip_bad) if skip_bad else None,
        progress=None if quiet else _Counter().tell,
    )
    is_told = not quiet and summary != "json"
    for sentence in filter(None, (done.taken, *done.notes)):
        click.echo(f"{store}: {clean(sentence)}", err=True)
    for one in done.stores if is_told else ():
        rest = f", {one.repeated:,} with an id that the file has twice" if one.repeated else ""
        click.echo(
            f"in {one.name}: {plural(one.events, 'event')}, {one.new:,} of them new{rest}, into imported.events",
            err=True,
        )
    if is_told and skip_bad is not None:
        click.echo(f"{skip_bad}: {plural(done.bad, 'line')} put aside", err=True)
    if summary == "json":
        told = {"file": store, "taken": done.taken, "notes": done.notes, "bad": done.bad}
        stores = [
            {
                "to": one.name,
                "events": one.events,
                "new": one.new,
                "known": one.known,
                "repeated": one.repeated,
            }
            for one in done.stores
        ]
        click.echo(json.dumps({**told, "sinks": stores}, indent=2, ensure_ascii=False))
    return 0


class _Counter:
    """A line on a terminal that tells how far an import is, once it takes longer than a second."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def tell(self, name: str, done: int, total: int) -> None:
        """Tell of a destination how many of how many events it has got."""
        if not sys.stderr.isatty() or time.monotonic() - self._last < 1:
            return
        self._last = time.monotonic()
        end = "\r" if done < total else "\n"
        sys.stderr.write(f"in {name}: {done:,} of {total:,} events{end}")
        sys.stderr.flush()


def _stores(sinks: list[Sink]) -> list[tuple[str, str]]:
    """Return name and address of the stores behind sinks; an empty address where there is none."""
    from footfall.sinks.protocol import capabilities_of

    return [(sink.name, capabilities_of(sink).store or "") for sink in sinks]


def _refuse_choice(given: dict[str, Any], why: str) -> None:
    """Refuse options that choose among what a store holds, where there is nothing to choose.

    Raises:
        UsageError: One was given.
    """
    option = next(
        (name for name in ("from_", "until", "run_id") if given[name] is not None), None
    )
    if option is not None:
        raise UsageError(
            f"--{option.partition('_')[0]} is for stores: {why}\n  hint: leave it out"
        )


def _send_dead_letters(
    store: str, sinks: list[Sink], *, quiet: bool, summary: str, **given: Any
) -> int:
    from footfall.cli.run_summary import balance_record
    from footfall.execution.resend import send_dead_letters

    _refuse_choice(given, "dead letters are all tried")
    with gentle_stop(to_continue(sinks)) as stop:
        result = send_dead_letters(store, to=sinks, stop=stop, check=False)
    if summary == "json":
        told: dict[str, Any] = {
            "letters": result.dead_letters,
            "torn": list(result.torn),
            "seconds": round(result.seconds, 3),
            "is_finished": result.is_finished,
        }
        told["sinks"] = [
            balance_record(sink) | {"accepted_before": result.before[sink.name]}
            for sink in result.sinks
        ]
        for sink in told["sinks"]:
            del sink["dead_letters"]  # of whole runs; here it is about those that were sent
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not quiet:
        _conclude_dead_letters(store, result)
    for place in result.torn:
        click.echo(
            f"{place}: this line is cut off; its event was not sent\n"
            "  hint: where its run was stopped, the same `footfall run` again writes it anew",
            err=True,
        )
    delivery_outcome.tell_problems(result.sinks)
    if not result.is_finished:
        tell_unfinished(result.sinks)
    return 0 if result.is_clean else 1


def _conclude_dead_letters(store: str, result: DeadLettersResult) -> None:
    click.echo(f"{store}: {result.dead_letters:,} dead letters", err=True)
    for sink in result.sinks:
        before = result.before[sink.name]
        done = (
            f"{before:,} accepted before"
            if before and not sink.generated
            else f"{sink.accepted:,} accepted"
        )
        rest = f", {before:,} before" if before and sink.generated else ""
        again = (
            f", {sink.rejected:,} rejected again: they stay dead letters"
            if sink.rejected
            else ""
        )
        pending = f", {sink.pending:,} pending" if sink.pending else ""
        click.echo(f"in {sink.name}: {done}{rest}{again}{pending}", err=True)


def conclude(result: RunResult) -> None:
    """Print on standard error what was delivered."""
    run = result.run
    click.echo(f"run {run.id} of {run.stream.schema.scenario}: {_rate(result)}", err=True)
    for sink in result.sinks:
        rest = delivery_outcome.rest_of(sink)
        before = {
            "complete": delivery_outcome.complete_before(sink),
            "incomplete": f"{sink.accepted:,} more events{rest}",
        }
        click.echo(
            f"in {sink.name}: {before.get(sink.before, f'{sink.accepted:,} events{rest}')}",
            err=True,
        )


def tell_unfinished(balances: Sequence[Balance]) -> None:
    """Print on standard error how to continue."""
    is_failed = any(balance.problem for balance in balances)
    what = "not everything is delivered" if is_failed else "stopped before the end"
    click.echo(f"{what}; to continue: {again(sys.argv[1:])}", err=True)


def _rate(result: RunResult) -> str:
    rate = result.events / max(result.seconds, 1e-3)
    return f"{result.events:,} events in {result.seconds:.1f} s ({rate:,.0f} events/s)"


def _ms(option: str, written: str | None) -> int | None:
    if written is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError:
        raise UsageError(
            f"{option} {shown(written)}\n  accepted: a date like 2026-01-10, or 2026-01-10T08:00"
        ) from None
    # In UTC, whatever the machine's time zone: the command means the same span everywhere.
    at = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    last = LAST_YEAR + LONGEST_DAYS // 365
    if not FIRST_YEAR <= at.year <= last:
        raise UsageError(
            f"{option} {shown(written)} lies outside {FIRST_YEAR}..{last}, when no run has events\n"
            "  accepted: a date like 2026-01-10, or 2026-01-10T08:00"
        )
    return round(at.timestamp() * 1000)
