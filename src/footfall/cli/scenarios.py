"""`footfall scenarios`: the scenarios that come with footfall."""

from __future__ import annotations

import click

EPILOG = """\b
Examples:
  footfall scenarios
  footfall new my-shop.yaml --from ecommerce      a copy to change
"""


@click.command("scenarios", epilog=EPILOG)
def command() -> None:
    """List the scenarios that come with footfall."""
    from footfall.scenario import load_shipped, shipped_names

    for name in shipped_names():
        scenario = load_shipped(name)
        calendar, people = scenario.calendar, scenario.people
        length = f"{people.count:,} people, {calendar.length_days} days"
        click.echo(f"{name:<14} {scenario.title}: {length}")
        if scenario.about:
            click.echo(f"{'':<14} {scenario.about}")
    click.echo(
        "\nrun one:         footfall run NAME\nstart from one:  footfall new FILE --from NAME",
        err=True,
    )
