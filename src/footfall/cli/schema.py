"""`footfall schema`: the JSON Schema of scenarios."""

from __future__ import annotations

import json

import click

EPILOG = """\b
Examples:
  footfall schema > footfall.schema.json
\b
Then, as first line of a scenario, for editors that know YAML language servers:
  # yaml-language-server: $schema=footfall.schema.json
"""


@click.command("schema", epilog=EPILOG)
def command() -> None:
    """Print the JSON Schema of scenarios, for editors."""
    from footfall.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
