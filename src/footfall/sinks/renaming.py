"""Names that a destination cannot hold, and what sinks say becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from footfall.data.schema import StreamSchema
from footfall.sinks.protocol import Sink
from footfall.store.column_names import RenamedField

MOST_TOLD = 20
"""Names that are told of one destination; a thousand would hide what else is said."""


@runtime_checkable
class RenamesFields(Protocol):
    """A sink whose destination cannot hold every name, and that says what it makes of them."""

    def renamed(self, schema: StreamSchema) -> Sequence[RenamedField]:
        """Return the properties that are called otherwise there: the same in every run.

        What is not among them is called as the schema has it. Asked before `open`.
        """
        ...


def renamed_by(sink: Sink, schema: StreamSchema) -> Sequence[RenamedField]:
    """Return the properties that a sink calls otherwise; none where it says nothing."""
    return sink.renamed(schema) if isinstance(sink, RenamesFields) else ()


def renaming_lines(sink: Sink, schema: StreamSchema) -> Iterator[str]:
    """Yield sentences about the properties that a destination calls otherwise, for people."""
    renamed = renamed_by(sink, schema)
    yield from (f"in {sink.name}: {one}" for one in renamed[:MOST_TOLD])
    if len(renamed) > MOST_TOLD:
        yield f"in {sink.name}: and {len(renamed) - MOST_TOLD} more"
