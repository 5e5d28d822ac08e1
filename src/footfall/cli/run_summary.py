"""The summary of `footfall run`: totals, stages, cities, and commands to try next."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from footfall.cli import delivery_outcome
from footfall.cli.arguments import DEFAULT_STORE
from footfall.cli.rerun import again
from footfall.errors import StoreError, UsageError
from footfall.text import count, first_names, size
from footfall.units import DAY_MS, zones

if TYPE_CHECKING:
    from footfall.data.stream import Run
    from footfall.data.tallies import Tallies
    from footfall.execution.result import Balance, RunResult
    from footfall.reports import Report
    from footfall.store import RunInfo

NO_COUNTS = (
    "no tables: another call has made a part of this run, and no sink here keeps what it counted\n"
    "  hint: --to duckdb:FILE, beside the others, keeps it"
)
MOST_CITIES = 12
MOST_SKIPPED = 6
OWN_OPTIONS = ("people", "days", "start")


class Printer:
    """Prints the end of a run.

    Args:
        is_stdout_taken: Events went to standard output, so everything else goes to standard
            error.
    """

    def __init__(self, *, is_stdout_taken: bool) -> None:
        self._is_err = is_stdout_taken

    def print_json(self, result: RunResult) -> None:
        """Print totals and balances as JSON."""
        self._say(json.dumps(record(result), indent=2, ensure_ascii=False))

    def print_result(self, result: RunResult, scenario: str) -> None:
        """Print totals, tables and the next commands to try."""
        self._print_totals(result)
        report = self.print_tables(result)
        if result.is_whole and result.tallies.skipped:
            self._say(f"\n{_skipped_text(result.tallies)}")
        if report is not None and result.is_finished:
            self._print_next(result, scenario)

    def print_tables(self, result: RunResult) -> Report | None:
        """Print stages and cities, or why there are none; return what was printed."""
        report, why_not = _report(result)
        if report is None:
            self._say(why_not)
        else:
            self._print_report(report)
        return report

    def _print_totals(self, result: RunResult) -> None:
        run = result.run
        title = run.title or run.stream.schema.scenario
        first = dt.datetime.fromtimestamp(
            run.stream.start_ms / 1000, zones.zone(result.time_zone)
        ).date()
        # Rounded up: a run need not end where a day does.
        last = first + dt.timedelta(days=-(-(run.until_ms - run.stream.start_ms) // DAY_MS) - 1)
        self._say(f"{title}: {_people_text(run)}, {first} to {last}{_later_text(run)}")
        if result.was_complete:
            self._say("this run is complete already; nothing was done (--fresh does it again)")
        else:
            self._say(_generated(result))
        for balance in result.sinks:
            self._say(_balance_text(balance))
            self._tell_of_others(balance, run)

    def _tell_of_others(self, balance: Balance, run: Run) -> None:
        """Say that a store holds other runs too, and which of them is shown."""
        n_runs = len(stored_runs(balance))
        if n_runs > 1:
            runs = "footfall runs" + _argument(_shown_store(balance))
            self._say(
                f"{balance.name} holds {n_runs} runs now; reports and views show this one, {run.id[:8]}, "
                f"until another is asked for (all of them: {runs})"
            )

    def _print_report(self, report: Report) -> None:
        from rich.console import Console

        from footfall.reports import render_table

        render_table(
            report, Console(stderr=self._is_err, highlight=False), most_cities=MOST_CITIES
        )

    def _print_next(self, result: RunResult, scenario: str) -> None:
        self._say("\nnext:")
        person = (
            result.run.people // 2
        )  # people are numbered by arrival: this one came in the middle
        one = shlex.join(["footfall", "user", scenario, str(person), *_stream_options(result)])
        commands = {one: "one person's life"}
        balance = next((b for b in result.sinks if b.capabilities.has_rows), None)
        if balance is not None:
            report = "footfall report" + _argument(_shown_store(balance))
            if len(stored_runs(balance)) > 1:
                report += f" --run {result.run.id[:8]}"
            commands |= {
                f"{report} --by platform": "compare groups of people",
                f"{report} --truth": "what was asked, and what came out",
                f"{report} --to report.html": "a page with charts" + _needed_for_charts(),
            }
        for command, about in commands.items():
            self._say(f"  {command:<{max(map(len, commands))}}  {about}")

    def _say(self, text: str) -> None:
        click.echo(text, err=self._is_err)


def tell_stopped(result: RunResult, arguments: list[str]) -> None:
    """Print on standard error how a run that was stopped is continued, if it can be."""
    is_failed = any(balance.problem for balance in result.sinks)
    what = "not everything is delivered" if is_failed else "stopped before the end"
    click.echo(f"{what}; what was committed is kept", err=True)
    # A pipe cannot be asked what it has got: the same command would write all of it again.
    if any(balance.guarantee != "best effort" for balance in result.sinks):
        click.echo(f"  to continue: {_again(arguments, result)}", err=True)


def record(result: RunResult) -> dict[str, Any]:
    """Return a result as plain data: what `--summary json` prints."""
    run = result.run
    return {
        "run": run.id,
        "scenario": run.stream.schema.scenario,
        "seed": run.stream.seed,
        "start_ms": run.stream.start_ms,
        "until_ms": run.until_ms,
        "settings": run.settings,
        "versions": run.versions,
        "people": run.people,
        "sessions": result.sessions,
        "events": result.events,
        "skipped": [
            {"what": what, "address": address, "times": times}
            for (what, address), times in sorted(result.tallies.skipped.items())
        ],
        "seconds": round(result.seconds, 3),
        "workers": result.n_workers,
        "is_finished": result.is_finished,
        "sinks": [balance_record(balance) for balance in result.sinks],
    }


def balance_record(balance: Balance) -> dict[str, Any]:
    """Return a sink's balance as plain data."""
    return {
        "to": balance.name,
        "guarantee": balance.guarantee,
        "before": balance.before,
        "generated": balance.generated,
        "accepted": balance.accepted,
        "rejected": balance.rejected,
        "pending": balance.pending,
        "dead_letters": balance.dead_letters,
        "bytes": balance.size_bytes,
        "is_complete": balance.is_complete,
        "problem": None if balance.problem is None else str(balance.problem),
    }


def _generated(result: RunResult) -> str:
    rate = result.events / max(result.seconds, 1e-3)
    done = f"{result.sessions:,} sessions and {result.events:,} events in {result.seconds:.1f} s ({rate:,.0f} events/s)"
    return done if result.is_whole else f"in this call: {done}"


def _skipped_text(tallies: Tallies) -> str:
    """Say what was declared but could not happen."""
    skipped = sorted(tallies.skipped.items())
    texts = [f"{what}, {address} ({count(times)} times)" for (what, address), times in skipped]
    return f"could not happen: {first_names(texts, MOST_SKIPPED)}"


def _balance_text(balance: Balance) -> str:
    if balance.before == "complete":
        return f"in {balance.name}: {delivery_outcome.complete_before(balance)}"
    text = f"in {balance.name}: {balance.accepted:,} events, {size(_stored_bytes(balance))}"
    if balance.rejected or balance.pending:
        text += f"; {balance.rejected:,} rejected, {balance.pending:,} pending of {balance.generated:,} generated"
    return f"{text}; failed" if balance.problem else text


def _stream_options(result: RunResult) -> list[str]:
    """Return the options that make the same stream again."""
    seed = result.run.stream.seed
    options = [] if seed == 1 else ["--seed", str(seed)]
    for key, value in result.run.settings.items():
        options += [f"--{key}", value] if key in OWN_OPTIONS else ["--set", f"{key}={value}"]
    return options


def _people_text(run: Run) -> str:
    n_asked = _people_asked(run)
    return f"{run.people:,} {f'of {n_asked:,} ' if n_asked > run.people else ''}people"


def _later_text(run: Run) -> str:
    return "; the others come later" if _people_asked(run) > run.people else ""


def _people_asked(run: Run) -> int:
    """Return how many people were asked for, who come in the scenario's whole length; 0 if it says so itself."""
    return int(run.settings.get("people", 0))


def _again(arguments: list[str], result: RunResult) -> str:
    """Return the command that continues a run: without --fresh, and from the same first day.

    `--start now-30d` would mean another day tomorrow, and so another stream.
    """
    kept = [argument for argument in arguments if argument != "--fresh"]
    if "start" in result.run.settings:
        kept += ["--start", result.run.settings["start"]]
    return again(kept)


def _stored_bytes(balance: Balance) -> int:
    """Return the size of the destination, if it is a file or folder; else the bytes sent."""
    path = balance.capabilities.path
    if path is None or not path.exists():
        return balance.size_bytes
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _report(result: RunResult) -> tuple[Report | None, str]:
    """Return the closing tables, or why there are none.

    They come from what was counted; when earlier calls have counted a part of it, from a sink
    that keeps the counts.
    """
    from footfall.reports import closing, report

    schema = result.run.stream.schema
    if result.is_whole:
        return replace(closing(result.tallies, schema), truth=None), ""
    why_not = NO_COUNTS
    for sink in result.sinks:
        try:
            if sink.capabilities.store is not None:
                return report(sink.capabilities.store, run=result.run.id), ""
        except (StoreError, UsageError) as problem:
            why_not = f"no tables: {problem}"
        if sink.tallies is not None and sink.tallies.cities:
            return replace(closing(sink.tallies, schema), truth=None), ""
        why_not = why_not if sink.tallies is None else "no tables: nothing is delivered yet"
    return None, why_not


def _needed_for_charts() -> str:
    """Return a note on the package that a page with charts needs, if it is missing."""
    return "" if find_spec("vl_convert") else "; needs: pip install 'footfall[charts]'"


def _shown_store(balance: Balance) -> str:
    """Return a store, as `footfall report` takes it."""
    can = balance.capabilities
    return str(can.store if can.path is None else can.path)


def _argument(store: str) -> str:
    """Return a store as an argument behind a command; the default one needs none."""
    return "" if store == DEFAULT_STORE else f" {shlex.quote(store)}"


def stored_runs(balance: Balance) -> list[RunInfo]:
    """Return the runs of the store that a sink has written; none where it is no store."""
    from footfall.store import open_store

    can = balance.capabilities
    if can.store is None or not can.has_rows or balance.problem is not None:
        return []
    with open_store(can.store) as store:
        return store.runs()
