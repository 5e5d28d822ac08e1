"""The store: what runs have written, to be queried with SQL whatever the backend is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import pyarrow as pa

from footfall.data.tallies import Tallies
from footfall.errors import StoreError, UsageError
from footfall.store.committed_files import FRESH
from footfall.store.dialect import Dialect
from footfall.store.runs import RunInfo, info_of, python_values, rows_of_arrow
from footfall.store.tables import RUNS, SCENARIO_TABLES, TALLIES
from footfall.store.tally_tables import tallies_of
from footfall.text import plural

RUN_KEPT = "the run is still there, whole"
"""A line of errors: what a run that could not be removed is."""


class Store(ABC):
    """Relations `"<scenario>".events`, `main.runs` and so on, to be queried with SQL.

    A context manager. Every relation has a column `run`.

    Example:
        >>> with open_store("footfall.duckdb") as store:  # doctest: +SKIP
        ...     [(run.id, run.events) for run in store.runs()]
        ...     store.query('SELECT count(*) FROM "shop".users WHERE stage = ?', ["customer"])

    Attributes:
        dialect: How the database says what the views need.
        meta: Name of the schema that holds what is about runs.
        has_rows: Whether there are `"<scenario>".events` and so on; a single file keeps only
            runs and tallies.
    """

    dialect: ClassVar[Dialect]
    meta: ClassVar[str]
    has_rows: bool = True

    @property
    @abstractmethod
    def name(self) -> str:
        """The path or address, for people: without a password."""

    @abstractmethod
    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """Return the result of a query as an Arrow table.

        Args:
            sql: One SELECT.
            params: Values for the question marks in it.

        Raises:
            StoreError: The query failed.
        """

    @abstractmethod
    def limit_memory(self, size: str) -> None:
        """Bound the memory of queries (`"800MB"`); what does not fit spills to disk."""

    @abstractmethod
    def close(self) -> None:
        """Close the store."""

    @abstractmethod
    def check_contents(self) -> str:
        """Read all that is here, and compare it with what was noted when it was committed.

        Returns:
            What was found right, for people.

        Raises:
            StoreError: Something is not what was committed, or cannot be read.
        """

    @abstractmethod
    def _remove(self, info: RunInfo) -> None:
        """Remove a run that is there, and everything of it: all of it or nothing."""

    def query(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the result of a query as rows: few, they become Python objects.

        Times are datetimes in UTC; sums of integers are integers, however wide.
        """
        table = self.arrow(sql, params)
        return list(zip(*(python_values(column) for column in table.columns), strict=True))

    def runs(self) -> list[RunInfo]:
        """Return the runs that are here, the one that was asked for last at the end."""
        columns = ", ".join(f"r.{name}" for name in RUNS.names)
        sums = ", ".join(
            f"CAST(coalesce(sum({n}), 0) AS BIGINT) AS {n}"
            for n in ("events", "changes", "arrivals")
        )
        table = self.arrow(f"""
            SELECT {columns}, l.events, l.changes, l.arrivals, l.parts FROM {self.meta}.runs AS r JOIN (
                SELECT r.run, {sums}, count(l.run) AS parts
                FROM {self.meta}.runs AS r LEFT JOIN {self.meta}.ledger AS l ON l.run = r.run GROUP BY r.run
            ) AS l ON l.run = r.run ORDER BY r.asked, r.created, r.run""")
        return [info_of(row) for row in rows_of_arrow(table)]

    def tallies(self, run: str) -> Tallies:
        """Return what the engine counted, over all parts of a run that are here."""
        return tallies_of(lambda name: self._tally_rows(name, run))

    def catalogues(self, run: str) -> dict[str, list[str]]:
        """Return a run's catalogues: name → its rows in order, as JSON objects."""
        found: dict[str, list[str]] = {}
        sql = f"SELECT catalogue, content FROM {self.meta}.catalogue_rows WHERE run = ? ORDER BY catalogue, position"
        for name, content in self.query(sql, [run]):
            found.setdefault(name, []).append(content)
        return found

    def _tally_rows(self, name: str, run: str) -> list[dict[str, Any]]:
        keys = ", ".join(TALLIES[name][0])
        return rows_of_arrow(
            self.arrow(f"SELECT * FROM {self.meta}.{name} WHERE run = ? ORDER BY {keys}", [run])
        )

    def check_run(self, info: RunInfo) -> int:
        """Check that a run has the rows that were committed, and tallies that agree; return the number of its rows.

        Rows are counted, not read.

        Args:
            info: The run, as it was noted.

        Raises:
            StoreError: Some are missing, or cannot be read.
        """
        n_rows = 0
        for name in SCENARIO_TABLES:
            rows, noted = self.dialect.rows(info.scenario, name), getattr(info, name)
            ((found,),) = self.query(f"SELECT count(*) FROM {rows} WHERE run = ?", [info.id])
            if found != noted:
                raise StoreError(
                    f"{self.name}: run {info.id} has {plural(found, 'row')} in {info.scenario}.{name}, "
                    f"and {noted:,} were committed\n  hint: {FRESH}"
                )
            n_rows += found
        self._check_tallies(info)
        return n_rows

    def _check_tallies(self, info: RunInfo) -> None:
        """Check that the tallies of stages and of cities speak of the same people: the two that know of all."""
        # Not with the rows: of a span that was sent there are rows alone, and no tallies.
        tallies = self.tallies(info.id)
        came = sum(n for (_, measure), n in tallies.cities.items() if measure == "people")
        first = info.run.stream.schema.stages[0]
        reached = sum(n for (stage, _), n in tallies.stages.items() if stage == first)
        if came != reached:
            raise StoreError(
                f"{self.name}: run {info.id} has {plural(came, 'person', 'people')} in city_tallies, "
                f"and {reached:,} in stage_tallies\n  hint: {FRESH}"
            )

    def _check_runs(self) -> str:
        """Check every run, and return how many rows there are in all."""
        n_rows = sum(map(self.check_run, self.runs()))
        return plural(n_rows, "row is there", "rows are there")

    def delete(self, run: str) -> None:
        """Remove a run and everything of it.

        Args:
            run: Its id.

        Raises:
            UsageError: There is no such run.
            StoreError: The store was opened to be read only, is being written, or cannot be.
        """
        infos = self.runs()
        found = next((info for info in infos if info.id == run), None)
        if found is None:
            have = "\n".join(f"  {info.id}  {info.scenario}, {info.state}" for info in infos)
            raise UsageError(
                f"there is no run {run} in {self.name}\n{have or '  it holds no runs'}"
            )
        self._remove(found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
