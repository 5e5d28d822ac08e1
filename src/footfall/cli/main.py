"""The command `footfall`: its table of commands, and errors as exit codes."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches

import click

from footfall.cli import standard_streams
from footfall.cli.interrupts import STOPPED_AT_ONCE, SignalWatch
from footfall.errors import (
    FootfallError,
    MissingExtraError,
    ScenarioError,
    UsageError,
    masked,
)
from footfall.refusals import refusal

# A script tells "try again" (1) from "mend the command" (2).
DONE, FAILED, USER_MISTAKE = 0, 1, 2

# name → (module, what it does). A command is imported when it is used: `footfall --help` imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "Simulate a scenario and write its events."),
    "live": ("live", "Let people act now, and deliver their events when they happen."),
    "send": ("send", "Deliver what was generated before to another sink."),
    "resume": ("resume", "Finish the runs of a store that were stopped before their end."),
    "report": (
        "report",
        "Show stages, cities and the truth of what a store holds, or what happened in a log.",
    ),
    "runs": ("runs", "List the runs a store holds."),
    "delete": ("delete", "Remove a run from a store."),
    "scenarios": ("scenarios", "List the scenarios that come with footfall."),
    "new": ("new", "Write a commented scenario to start from."),
    "check": ("check", "Check a scenario and say what was understood."),
    "diagram": ("diagram", "Draw the journeys of a scenario as flow charts."),
    "taxonomy": (
        "taxonomy",
        "Make tracking plans of scenarios and logs (.xlsx, .csv, .json, .html), and scenarios of plans.",
    ),
    "schema": ("schema", "Print the JSON Schema of scenarios, for editors."),
    "validate": (
        "validate",
        "Check events, also those of others, against a scenario or a tracking plan.",
    ),
    "user": ("user", "Show one person's properties and timeline."),
    "serve": (
        "serve",
        "Receive what webhooks and vendors' SDKs send, on this machine.",
    ),
    "completion": ("completion", "Print the shell's completion script."),
}

EPILOG = """\b
Examples:
  footfall run ecommerce                      10,000 people, 30 days, into footfall.duckdb
  footfall run online-school --people 1e5 --to parquet:school
  footfall new shop.yaml && footfall check shop.yaml && footfall run shop.yaml
  footfall report --by platform
"""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        # One alone: with none imported `footfall --help` takes 0.05 to 0.1 s.
        module = importlib.import_module(f"footfall.cli.{COMMANDS[cmd_name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        name = args[0]
        # While a shell completes the line, half of a name is no mistake.
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(_no_such_command(name), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        # click's own list would ask each command for its help, and so import all of them.
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


def _no_such_command(name: str) -> str:
    near = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    meant = f"\n  hint: did you mean: footfall {near[0]}" if near else ""
    if name.endswith((".yaml", ".yml")):
        meant = f"\n  hint: to simulate that scenario: footfall run {name}"
    return f"there is no command {name!r}\n  commands: {', '.join(COMMANDS)}{meant}"


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001 - click's
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"footfall {version('footfall')}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
@click.pass_context
def footfall(ctx: click.Context) -> None:
    """Simulate the people who use a product, and write the analytics events they leave behind."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 user's mistake, 130 second Ctrl-C."""
    standard_streams.prepare()
    code = DONE
    try:
        with SignalWatch().watching() as watch:
            code = _exit_code(args, watch)
            # Here, where a failure can be caught: at Python's own exit it would be printed.
            sys.stdout.flush()
    except KeyboardInterrupt:  # while the end was told
        code = STOPPED_AT_ONCE
    # Standard output takes nothing, or the watch gets no thread or no descriptors.
    except (OSError, RuntimeError) as problem:
        code = code or _tell_unexpected(problem)
    standard_streams.leave()
    sys.exit(code)


def _exit_code(args: Sequence[str] | None, watch: SignalWatch) -> int:
    try:
        # click would print errors and exit by itself; the codes are chosen here alone. A
        # command returns one of them, or None.
        return (
            footfall.main(args, prog_name="footfall", standalone_mode=False, obj=watch) or DONE
        )
    except click.ClickException as problem:
        return _tell_misuse(problem)
    except FootfallError as problem:
        if watch.has_interrupted and _is_of_interrupt(problem):
            return _tell_stopped()
        # A sink on standard output has put the broken pipe into an error of its own.
        return FAILED if isinstance(problem.__context__, BrokenPipeError) else _tell(problem)
    # click turns a KeyboardInterrupt into Abort; outside of it there is the former.
    except (KeyboardInterrupt, click.Abort):
        return _tell_stopped()
    except SystemExit:
        raise
    # The last line of defence: no traceback unless it is asked for. A panic of Rust is no `Exception`.
    except BaseException as problem:  # noqa: BLE001
        return _tell_stopped() if watch.has_interrupted else _tell_unexpected(problem)


def _is_of_interrupt(problem: BaseException | None) -> bool:
    """Return whether an error began with a signal: DuckDB makes `RuntimeError: Query interrupted` of it."""
    while problem is not None:
        if isinstance(problem, KeyboardInterrupt) or "Query interrupted" in str(problem):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _tell_stopped() -> int:
    _say("stopped")
    return STOPPED_AT_ONCE


def _tell_misuse(problem: click.ClickException) -> int:
    _say(f"error: {problem.format_message()}")
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    if context is not None:
        _say(f"  see: {context.command_path} --help")
    return USER_MISTAKE


def _tell(problem: FootfallError) -> int:
    # A missing extra too: the same command fails again until the user installs it.
    is_mistake = isinstance(problem, ScenarioError | UsageError | MissingExtraError)
    if isinstance(problem, ScenarioError):
        count = len(problem.problems)
        _say(
            f"{problem}\nerror: {count} problem{'s' * (count != 1)} in the scenario, nothing was written"
        )
    else:
        _say(f"error: {problem}")
    return USER_MISTAKE if is_mistake else FAILED


def _tell_unexpected(problem: BaseException) -> int:
    if isinstance(problem, BrokenPipeError):  # who read has seen enough
        return FAILED
    if os.environ.get("FOOTFALL_DEBUG"):
        _say("".join(traceback.format_exception(problem)))
    refused = refusal(problem)
    if refused is not None:
        return _tell(refused)
    _say(
        f"error: this should not have happened: {type(problem).__name__}: {problem}\n"
        "  it is a fault in footfall, not in what you did; what was committed is kept\n"
        "  hint: run again with FOOTFALL_DEBUG=1 set, and report what it prints together with the command"
    )
    return FAILED


def _say(text: str) -> None:
    with suppress(OSError):  # standard error takes nothing: the exit code is all that is left
        click.echo(masked(text), err=True)
