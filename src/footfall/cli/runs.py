"""`footfall runs`: the runs of a store."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand
from footfall.text import plain_table

if TYPE_CHECKING:
    from footfall.store.runs import RunInfo

EPILOG = """\b
Examples:
  footfall runs
  footfall runs parquet:school --format json
  footfall runs parquet:school --verify
"""


@click.command("runs", cls=DataCommand, epilog=EPILOG)
@click.argument("store", type=arguments.STORE, default=arguments.DEFAULT_STORE)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to show them.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Also read all that the store holds, and compare it with what was written.",
)
def command(store: str, form: str, verify: bool) -> None:
    """List the runs a store holds.

    The one that was asked for last is at the end: reports show it, unless another is named; views show the latest run
    of each scenario. Times are in UTC. STORE is a DuckDB file or a folder of Parquet files; by default footfall.duckdb.
    """
    from footfall.store.open import open_store

    with open_store(store) as opened:
        infos = opened.runs()
        checked = opened.check_contents() if verify and infos else ""
    rows = [_row(info, infos) for info in infos]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        for line in plain_table(columns):
            click.echo(line)
    else:
        click.echo(f"{store} holds no runs", err=True)
    if checked:
        click.echo(checked, err=True)


def _row(info: RunInfo, infos: list[RunInfo]) -> dict[str, Any]:
    run = info.run
    return {
        "run": info.id,
        "scenario": info.scenario,
        "state": info.state,
        "seed": run.stream.seed,
        "people": run.people,
        "events": info.events,
        "from": _day(run.stream.start_ms),
        "until": _day(run.until_ms),
        "settings": " ".join(f"{key}={value}" for key, value in run.settings.items()),
        "begun": _time(info.created_ms),
        "shown": _shown(info, infos),
    }


def _shown(info: RunInfo, infos: list[RunInfo]) -> str:
    """Return where a run is shown that nobody names: the one that was asked for last."""
    if info is infos[-1]:
        return "reports, views"
    latest = [other for other in infos if other.scenario == info.scenario][-1]
    return "views" if info is latest else ""


def _day(ms: int) -> str:
    return _time(ms).removesuffix(" 00:00Z")


def _time(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%MZ")
