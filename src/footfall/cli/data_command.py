"""The class of commands that handle data."""

from __future__ import annotations

from typing import Any

import click


class DataCommand(click.Command):
    """A command that handles events, so that it needs pyarrow."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command in a process without what it does not need."""
        from footfall.execution.without_pandas import leave_pandas_out

        leave_pandas_out()
        return super().invoke(ctx)
