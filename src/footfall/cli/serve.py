"""`footfall serve`: the local receiver."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from footfall.cli import arguments
from footfall.cli.data_command import DataCommand
from footfall.cli.interrupts import gentle_stop
from footfall.errors import MissingExtraError
from footfall.units.whole_numbers import WholeNumbers

if TYPE_CHECKING:
    from footfall.receiver.app import Receiver
    from footfall.receiver.listen import Listener, ListenSettings

EPILOG = """\b
Examples:
  footfall serve                                            on http://127.0.0.1:8888, into received.duckdb
  footfall serve --to postgresql://me@localhost/analytics   into the tables of its schema receiver
  footfall serve --allow-origin http://localhost:3000       what pages of that address send by browsers' SDKs too
  footfall serve --chaos all --chaos-share 0.3              to see what a sender does about failures
  footfall run ecommerce --to webhook+http://127.0.0.1:8888/webhook
\b
Secrets are taken from the environment: FOOTFALL_WEBHOOK_SECRET (webhooks must be signed with it), AMPLITUDE_API_KEY
(the only key of Amplitude's that is accepted; by default the token, or else any), FOOTFALL_RECEIVER_TOKEN (needed for a
--host that others can reach, and then the key of the other vendors' SDKs).
Ctrl-C stops.
"""
PORT = arguments.Count("port", WholeNumbers(0, 65_535))


@click.command("serve", cls=DataCommand, epilog=EPILOG)
@click.option(
    "--to",
    "--store",
    "store",
    default="received.duckdb",
    show_default=True,
    metavar="STORE",
    help="Where events go: a DuckDB file, or postgresql://USER@HOST:PORT/DATABASE.",
)
@click.option(
    "--max-size",
    type=arguments.LARGE_SIZE,
    help="Refuse events once the DuckDB file has about this size, like 2GB.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on.",
)
@click.option(
    "--port",
    type=PORT,
    default=8888,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Take events from pages of this origin too, like http://localhost:3000. Repeatable.",
)
@click.option(
    "--chaos",
    metavar="KINDS",
    help="Misbehave: all, or some of 5xx,429,timeout,slow,cut,partial,duplicate.",
)
@click.option(
    "--chaos-share",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Share of requests it happens to.",
)
@click.option(
    "--chaos-seed",
    type=arguments.SEED,
    default=1,
    show_default=True,
    help="Another seed, other requests.",
)
@click.option(
    "--first-only",
    is_flag=True,
    help="Amplitude: name one bad event per field at a time, not all.",
)
def command(
    store: str,
    max_size: int | None,
    host: str,
    port: int,
    origins: tuple[str, ...],
    chaos: str | None,
    chaos_share: float,
    chaos_seed: int,
    first_only: bool,
) -> int:
    """Receive what webhooks and vendors' SDKs send, on this machine."""
    try:
        # What it imports comes with the extra `server` alone.
        from footfall.receiver.listen import Listener, ListenSettings
    except ModuleNotFoundError as missing:
        raise MissingExtraError(
            missing.name or "starlette", "server", "footfall serve"
        ) from None
    from footfall.execution.allocation import keeping_little
    from footfall.net.secrets import secret_from
    from footfall.receiver.chaos import ChaosProfile, kinds_of
    from footfall.sinks.webhook.signature import SECRET_NAME

    # Requests bring thousands of objects, none in a cycle: every 700 were 6 % of the time.
    gc.set_threshold(50_000)
    profile = ChaosProfile(kinds_of(chaos), chaos_share, chaos_seed) if chaos else None
    settings = ListenSettings(
        store=store,
        most_bytes=max_size,
        host=host,
        port=port,
        api_key=secret_from("AMPLITUDE_API_KEY", "footfall serve"),
        webhook_secret=secret_from(SECRET_NAME, "footfall serve"),
        token=secret_from("FOOTFALL_RECEIVER_TOKEN", "footfall serve"),
        chaos=profile,
        is_first_only=first_only,
        origins=origins,
    )
    with keeping_little():
        listener = Listener(settings, tell=lambda line: click.echo(line, err=True))
        # Before it says that it listens: who hears that may stop it.
        with gentle_stop("") as stop:
            _tell_begun(listener, settings)
            listener.serve(stop)
    _tell_ended(listener.receiver)
    return 0


def _tell_begun(listener: Listener, settings: ListenSettings) -> None:
    store, host = str(settings.store), settings.host
    # The store itself shows its address, without the password.
    into = listener.received.event_store.name if "://" in store else store
    address = f"[{host}]" if ":" in host else host
    click.echo(
        f"listening on http://{address}:{listener.port}, storing into {into}; Ctrl-C stops",
        err=True,
    )
    if not listener.receiver.keys:
        click.echo("webhooks are taken unsigned: FOOTFALL_WEBHOOK_SECRET is not set", err=True)


def _tell_ended(receiver: Receiver) -> None:
    told = receiver.totals
    click.echo(
        f"{told['events']:,} events stored, {told['duplicates']:,} were there already", err=True
    )
    for line in receiver.refused.lines():
        click.echo(line, err=True)
