"""`footfall send`: deliver what was generated before."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sys
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.errors import UsageError, shown

if TYPE_CHECKING:
    from footfall.run.result import RunResult

EPILOG = """\b
Examples:
  footfall send footfall.duckdb --to postgresql://me@localhost/shop
  footfall send parquet:shop --to ndjson:shop.ndjson
  footfall send footfall.duckdb --to webhook+http://127.0.0.1:8888/webhook --from 2026-01-10 --until 2026-01-12
\b
The same command again continues it if it was stopped, and does nothing if all is delivered.
Exit code: 0 done, 1 failed or stopped before the end, 2 a mistake in the command.
"""


@click.command("send", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE)
@click.option("--to", metavar="SINK", multiple=True, required=True, help="Where to; repeatable, as for footfall run.")
@click.option("--from", "from_", metavar="TIME", help="Only what happened since: a date or 2026-01-10T08:00, in UTC.")
@click.option("--until", metavar="TIME", help="Only what happened before: a date or a time, in UTC.")
@click.option("--run", "run_id", metavar="ID", help="Which run, by its id or the beginning of it; else the latest.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--summary", type=click.Choice(["table", "json"]), default="table", help="How to print the result.")
def command(
    store: str,
    to: tuple[str, ...],
    from_: str | None,
    until: str | None,
    run_id: str | None,
    quiet: bool,
    summary: str,
) -> int:
    """Deliver what was generated before to another sink.

    STORE is a DuckDB file, a folder of Parquet files, or an NDJSON file. One that footfall did not write can go to
    PostgreSQL only: into imported.events, each insert_id once.
    """
    from footfall.run.send import send
    from footfall.store.files import is_foreign

    if is_foreign(store):
        return _send_foreign(store, to, quiet=quiet)
    with gentle_stop() as stop:
        result = send(
            store,
            to=list(to),
            run=run_id,
            from_ms=_ms("--from", from_),
            until_ms=_ms("--until", until),
            progress=not quiet,
            stop=stop,
        )
    if summary == "json":
        from footfall.cli.closing import record

        click.echo(json.dumps(record(result), indent=2, ensure_ascii=False), err="-" in to)
    elif not quiet:
        conclude(result)
    return 0 if result.is_clean else 1


def _send_foreign(store: str, to: tuple[str, ...], *, quiet: bool) -> int:
    from footfall.run.send import send_foreign
    from footfall.store.postgres.address import Address

    for target in to:
        done = send_foreign(store, target)
        if not quiet:
            told = f"{done.lines:,} events, {done.new:,} of them new, into imported.events"
            click.echo(f"in {Address(target).shown}: {told}", err=True)
    return 0


def conclude(result: RunResult) -> None:
    """Say on standard error what was delivered, and how to go on."""
    run = result.run
    click.echo(f"run {run.id} of {run.stream.schema.scenario}: {_rate(result)}", err=True)
    for sink in result.sinks:
        rest = f", {sink.rejected:,} rejected, {sink.pending:,} pending" if sink.rejected or sink.pending else ""
        before = {"complete": "complete before", "incomplete": f"{sink.accepted:,} more events{rest}"}
        click.echo(f"in {sink.name}: {before.get(sink.before, f'{sink.accepted:,} events{rest}')}", err=True)
    if not result.is_finished:
        click.echo(f"stopped before the end; to continue: {shlex.join(['footfall', *sys.argv[1:]])}", err=True)


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
    at = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return round(at.timestamp() * 1000)
