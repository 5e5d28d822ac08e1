"""Connections to PostgreSQL: errors in the user's words, transactions, and results as Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.data.schema import TIMESTAMP
from footfall.errors import (
    MissingExtraError,
    PermanentSinkError,
    StoreError,
    TransientSinkError,
)
from footfall.store.postgres.address import Address

if TYPE_CHECKING:
    import psycopg

OLDEST = 130_000
"""Oldest version of the server, as libpq counts: PostgreSQL 13."""

CONNECT_TIMEOUT_S = 10
# A cut cable is noticed after 30 + 3 * 10 seconds: the system's own keep-alive takes two hours,
# for which a commit would wait.
_SETTINGS = {
    "application_name": "footfall",
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# Classes 08 connection, 40 rollback; then too many clients, locked, shut down or starting,
# read-only after a fail-over.
_PASSING = ("08", "40", "53300", "55P03", "57P01", "57P02", "57P03", "57014", "25006")

Connection = Any  # psycopg.Connection[tuple[Any, ...]]; the driver is an extra


def driver() -> Any:
    """Return the driver.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError("psycopg", "postgres", "PostgreSQL") from None
    return psycopg


def connect(address: Address) -> Connection:
    """Open a connection; statements commit by themselves outside `transaction`.

    Raises:
        TransientSinkError: The server is not there, is full or is starting.
        StoreError: It refuses the user, has no such database, or is too old.
    """
    psycopg = driver()
    try:
        # Without autocommit the first SELECT would open a transaction that nobody ends, and the
        # server could clean up nothing behind it.
        connection = psycopg.connect(address.url, autocommit=True, **_settings(address))
        connection.execute("SET TimeZone = 'UTC'")
    except psycopg.Error as error:
        raise _cannot_connect(address, error) from None
    version = connection.info.server_version
    if version < OLDEST:
        connection.close()
        raise StoreError(
            f"{address.shown} is PostgreSQL {version // 10_000}\n  accepted: {OLDEST // 10_000} or later"
        )
    return connection


def _settings(address: Address) -> dict[str, Any]:
    """Return the settings of a connection, except those that the URL makes."""
    return {key: value for key, value in _SETTINGS.items() if f"{key}=" not in address.url}


def _cannot_connect(address: Address, error: psycopg.Error) -> Exception:
    """Return why there is no connection: refused for good, or not now."""
    said = first_line(address, error)
    # While the server starts, or has too many clients, it answers with a code too: those pass.
    if any(words in said for words in _REFUSED) or (error.sqlstate and not is_passing(error)):
        return StoreError(f"{address.shown} cannot be opened\n  {said}\n  hint: {_HINT}")
    return TransientSinkError(
        f"{address.shown} cannot be reached\n  {said}\n  hint: is the server running, and the address right?"
    )


_REFUSED = (
    "authentication",
    "does not exist",
    "no password",
    "pg_hba",
    "invalid",
    "permission denied",
)
_HINT = "the password comes from PGPASSWORD, a password file or the URL; the database must be there already"


def first_line(address: Address, error: BaseException) -> str:
    """Return the first line of a driver's message, without secrets."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = next(filter(None, lines), "no reason given")
    return address.masked(said.rpartition("failed: ")[2] or said)


def explained(address: Address, error: psycopg.Error, kept: str) -> Exception:
    """Return why writing or reading failed, what is left and how to go on.

    Args:
        address: The database.
        error: What the driver said.
        kept: A sentence on what is still there.
    """
    said, state = first_line(address, error), error.sqlstate or ""
    if state == "53100":
        return StoreError(
            f"{address.shown}: the server's disk is full\n  {kept}\n"
            "  hint: free some space (VACUUM gives back what failed inserts took), then run the same command again"
        )
    if is_passing(error):
        return TransientSinkError(
            f"{address.shown}: {said}\n  {kept}\n  hint: run the same command again to continue"
        )
    if state == "42501":
        return StoreError(
            f"{address.shown}: {said}\n  {kept}\n  hint: GRANT CREATE ON DATABASE … TO the user"
        )
    if state == "54011":
        return StoreError(
            f"{address.shown}: it has more user properties than a view of PostgreSQL has room for: {said}\n"
            f"  {kept}\n  hint: DuckDB, Parquet and files have no such limit"
        )
    if state.startswith(("22", "23")):
        return PermanentSinkError(f"{address.shown}: {said}\n  {kept}")
    return StoreError(f"{address.shown}: {said}\n  {kept}")


def is_passing(error: psycopg.Error) -> bool:
    """Return whether the same may work later: the connection is lost, or the server says so."""
    psycopg = driver()
    if not error.sqlstate:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_PASSING)


@contextmanager
def explaining(address: Address, kept: str = "nothing was changed") -> Iterator[None]:
    """Turn the driver's errors into ours."""
    psycopg = driver()
    try:
        yield
    except psycopg.Error as error:
        raise explained(address, error, kept) from None


def fetch(connection: Connection, sql: str, params: Sequence[object] = ()) -> pa.Table:
    """Return the result of a query as Arrow.

    Args:
        connection: The database.
        sql: One SELECT.
        params: Values for the question marks in it.
    """
    with connection.cursor() as cursor:
        if params:
            # Queries are written once for all backends, with DuckDB's placeholders.
            cursor.execute(sql.replace("%", "%%").replace("?", "%s"), params)
        else:
            cursor.execute(sql)
        rows = cursor.fetchall()
        columns = cursor.description
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [_array(column, cells) for column, cells in zip(columns, values, strict=True)]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


_ARROW = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    25: pa.string(),
    1043: pa.string(),
    701: pa.float64(),
    1184: TIMESTAMP,
    1009: pa.list_(pa.string()),
}
"""Object id of a type of PostgreSQL → Arrow type; ids of built-in types never change."""

_NUMERIC = 1700
_JSONB = 3802


def _array(column: Any, values: Sequence[Any]) -> pa.Array:
    if column.type_code == _NUMERIC:
        # A numeric of PostgreSQL carries its scale in each value, a decimal of Arrow in its
        # type.
        scales = [-value.as_tuple().exponent for value in values if value is not None]
        return pa.array(values, pa.decimal128(38, max(scales, default=0)))
    if column.type_code == _JSONB:
        return pa.array(
            [None if v is None else json.dumps(v, ensure_ascii=False) for v in values],
            pa.string(),
        )
    kind = _ARROW.get(column.type_code)
    return (
        pa.array(values, kind)
        if kind is not None
        else pa.array([None if v is None else str(v) for v in values])
    )


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    with connection.transaction():
        yield
