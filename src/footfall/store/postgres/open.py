"""A PostgreSQL database, opened to be read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing

import pyarrow as pa

from footfall.errors import StoreError, UsageError
from footfall.store.postgres import connection as pg
from footfall.store.postgres import layout
from footfall.store.postgres.address import Address
from footfall.store.postgres.dialect import DIALECT
from footfall.store.postgres.owned_tables import only_one
from footfall.store.runs import RunInfo
from footfall.store.store import Store


class PostgresStore(Store):
    """A store in PostgreSQL; relations about runs are in the schema `footfall`.

    Args:
        address: The database.
        read_only: Whether every statement that writes is refused by the server.
    """

    dialect = DIALECT
    meta = layout.META

    def __init__(self, address: Address, *, read_only: bool = True) -> None:
        self.address = address
        self._read_only = read_only
        with ExitStack() as undo, pg.explaining(address):
            self._server = undo.enter_context(closing(pg.connect(address)))
            if not layout.is_there(self._server):
                raise StoreError(
                    f"{address.shown} holds no runs\n  hint: `footfall run SCENARIO --to {address.shown}` makes one"
                )
            layout.check_columns(self._server, address)
            self._server.execute(
                f"SET default_transaction_read_only = {'on' if read_only else 'off'}"
            )
            undo.pop_all()

    @property
    def name(self) -> str:
        """The database, without its password."""
        return self.address.shown

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """Return the result of a query as an Arrow table; jsonb is text in it."""
        with pg.explaining(self.address):
            return pg.fetch(self._server, sql, params)

    def check_contents(self) -> str:
        """Count rows; what is in them is the server's to guard."""
        return self._check_runs()

    def _remove(self, info: RunInfo) -> None:
        if self._read_only:
            raise StoreError(
                f"{self.name} is open read-only\n  hint: open_store(…, read_only=False) may write"
            )
        with (
            pg.explaining(self.address, "the run is still there, whole"),
            pg.transaction(self._server),
        ):
            # The key that a sink locks: a run that is being written is not deleted under it.
            if not self._server.execute(
                "SELECT pg_try_advisory_xact_lock(%s)", [layout.lock_key(info.id)]
            ).fetchone()[0]:
                raise UsageError(
                    f"run {info.id} is being written to {self.name}\n  hint: stop that first"
                )
            only_one(self._server)
            layout.make_meta(self._server, self.address)
            layout.delete_run(self._server, info.id)

    def limit_memory(self, size: str) -> None:
        """Do nothing: the server bounds its own memory (work_mem)."""

    def close(self) -> None:
        """Close the connection."""
        self._server.close()


def open_postgres(where: str, *, read_only: bool = True) -> PostgresStore:
    """Open a store in PostgreSQL.

    Args:
        where: `postgresql://USER@HOST:PORT/DATABASE`, or the name of a sink made from such a
            URL.
        read_only: `Store.delete` needs False.

    Raises:
        StoreError: There is no database of ours, or it cannot be opened.
    """
    return PostgresStore(Address.of(where), read_only=read_only)
