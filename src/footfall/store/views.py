"""The views of a store, put together from the tables' columns and a dialect.

A view names no scenario's schema: a database may be called like a scenario, and DuckDB then
takes no name of two parts that begins so. What it reads stands in it, as a subquery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from footfall.data.schema import (
    CatalogueColumns,
    Field,
    StreamSchema,
    arrow_type,
    common_columns,
)
from footfall.data.stream import Run
from footfall.store.column_names import column_of
from footfall.store.dialect import Dialect, literal, quote
from footfall.store.runs import by_scenario
from footfall.store.schema_changes import merged
from footfall.store.tables import ALL, CATALOGUE, VIEWS

_PERSON = ("user_id", "run", "person", "arrived", "city", "country", "language", "time_zone")


@dataclass(frozen=True, slots=True)
class ScenarioViews:
    """The views of one scenario.

    Args:
        dialect: The database.
        stream: Columns of the scenario's tables.
        meta: The schema of tables about runs.
        latest: The scenario's latest run.
    """

    dialect: Dialect
    stream: StreamSchema
    meta: str
    latest: Run

    def queries(self) -> dict[str, str]:
        """Return the views by name: of the latest run, and `all_…` of all runs."""
        runs = f"{self.meta}.runs"
        return {
            prefix + view: query
            for prefix, run in (("", self.latest.id), (ALL, None))
            for view, query in _queries(self.dialect, self.stream, runs, run).items()
        }

    def catalogues(self) -> dict[str, str]:
        """Return the views of catalogues by name: of the latest run, and `all_…` of all runs."""
        own, every = self.latest.stream.schema.catalogues, self.stream.catalogues
        return {CATALOGUE + c.name: self._catalogue(c, self.latest.id) for c in own} | {
            ALL + CATALOGUE + c.name: self._catalogue(c, None) for c in every
        }

    def _catalogue(self, catalogue: CatalogueColumns, run: str | None) -> str:
        columns = [
            f"CAST({self.dialect.member_text('content', column.name)} AS {self._type(column)}) "
            f"AS {quote(_beside_ours(column.name))}"
            for column in catalogue.columns
        ]
        of = "" if run is None else f" AND run = {literal(run)}"
        return (
            f"SELECT {', '.join(['run', *columns])} FROM {self.meta}.catalogue_rows "
            f"WHERE catalogue = {literal(catalogue.name)}{of} AND run IN ({self._of_scenario()})"
        )

    def _of_scenario(self) -> str:
        return (
            f"SELECT run FROM {self.meta}.runs WHERE scenario = {literal(self.stream.scenario)}"
        )

    def _type(self, column: Field) -> str:
        return self.dialect.column_type(arrow_type(column, self.stream.minor_digits))


def _beside_ours(name: str) -> str:
    """Return the name of a catalogue's column, which may be that of one of ours."""
    return f"{name}_" if name.lower() in ("run", "scenario") else name


def scenario_views(
    dialect: Dialect, runs: Sequence[Run], meta: str = "main"
) -> dict[str, ScenarioViews]:
    """Return the views of each scenario by its name.

    Args:
        dialect: The database.
        runs: Those of the store, the one that was asked for last at the end.
        meta: The schema of tables about runs.
    """
    return {
        scenario: ScenarioViews(
            dialect, merged(dialect, [run.stream.schema for run in of]), meta, of[-1]
        )
        for scenario, of in by_scenario(runs).items()
    }


def united_views(scenarios: Sequence[ScenarioViews]) -> dict[str, str]:
    """Return the views of the main schema: of all scenarios, with the column `scenario` first.

    Of one scenario they have its own columns, as far as the database has types for them. Where
    there are several, properties are JSON.

    Args:
        scenarios: At least one.
    """
    queries = {views.stream.scenario: views.queries() for views in scenarios}
    is_typed = len(scenarios) == 1 and scenarios[0].dialect.has_structs
    return {
        prefix + view: " UNION ALL ".join(
            f"SELECT {literal(of.stream.scenario)} AS scenario, "
            f"{'*' if is_typed else ', '.join(_common(of, view))} "
            f"FROM ({queries[of.stream.scenario][prefix + view]}) AS {view}"
            for of in scenarios
        )
        for prefix in ("", ALL)
        for view in VIEWS
    }


def united_catalogues(scenarios: Sequence[ScenarioViews]) -> dict[str, str]:
    """Return the views of catalogues for the main schema: of those that one scenario alone has.

    Catalogues of one name and of two scenarios have nothing in common: they are in the schemas
    of these.
    """
    having = Counter(name for views in scenarios for name in views.catalogues())
    return {
        name: f"SELECT {literal(views.stream.scenario)} AS scenario, * FROM ({query}) AS rows_of_it"
        for views in scenarios
        for name, query in views.catalogues().items()
        if having[name] == 1
    }


# Scenarios may have currencies with other minor units: four digits hold all of them.
_REVENUE = "CAST(revenue AS DECIMAL(38, 4)) AS revenue"
_COLUMNS: dict[str, Sequence[str]] = {
    "events": tuple(column.name for column in common_columns()),
    "changes": ("person", "sequence", "property", "old", "new", "time", "insert_id", "run"),
    "arrivals": (*_PERSON, "stage"),
    "users": (*_PERSON, "stage"),
    "sessions": (
        *("run", "person", "session_id", "started", "ended", "events", "user_id", "device_id"),
        *("platform", "os_name", "city", "country", "revenue", "currency"),
    ),
    "stages": ("run", "person", "stage", "position", "reached_at", "at_start"),
    "cities": (
        *("run", "city", "country", "people", "active", "sessions", "events", "converted"),
        "revenue",
    ),
}
"""View → the columns that it has of every scenario."""


def _common(views: ScenarioViews, view: str) -> Iterator[str]:
    """Yield the columns of a view that fit beside those of other scenarios."""
    dialect, stream = views.dialect, views.stream
    for column in _COLUMNS[view]:
        yield _REVENUE if column == "revenue" else quote(column)
    structs = {
        "events": {
            "event_properties": stream.event_properties,
            "user_properties": stream.user_properties,
        },
        "arrivals": {"properties": stream.user_properties, "home": stream.home},
        "users": {"properties": stream.user_properties, "home": stream.home},
    }
    for struct, fields in structs.get(view, {}).items():
        value = dialect.json(quote(struct)) if fields else f"CAST(NULL AS {dialect.json_type})"
        yield f"{value} AS {quote(struct)}"
    if view == "events":
        yield "changed" if stream.user_properties else "NULL AS changed"


def _queries(
    dialect: Dialect, stream: StreamSchema, runs: str, run: str | None
) -> dict[str, str]:
    """Return the query of each view over a run; None for all runs."""
    of = "" if run is None else f" WHERE run = {literal(run)}"
    rows = {
        table: f"SELECT * FROM {dialect.rows(stream.scenario, table)}{of}"
        for table in ("events", "changes", "arrivals")
    }
    events, changes, arrivals = (f"({rows[table]})" for table in rows)
    sessions = _sessions(events)
    stages = _stages(dialect, changes, arrivals, runs)
    return {
        **rows,
        "users": _people(dialect, stream, arrivals, changes),
        "sessions": sessions,
        "stages": stages,
        "cities": _cities(events, arrivals, f"({sessions})", f"({stages})", runs),
    }


def people(dialect: Dialect, stream: StreamSchema, run: str, changes: str) -> str:
    """Return the query of a run's people as they were: arrivals with the latest changes.

    Args:
        dialect: The database.
        stream: Columns of the scenario's tables.
        run: Its id.
        changes: Which changes count, as an SQL condition.
    """
    of = f"WHERE run = {literal(run)}"
    arrivals, all_changes = (
        f"(SELECT * FROM {dialect.rows(stream.scenario, table)} {of})"
        for table in ("arrivals", "changes")
    )
    counted = f"(SELECT * FROM {all_changes} AS every_change WHERE {changes})"
    return _people(dialect, stream, arrivals, counted)


def _people(dialect: Dialect, stream: StreamSchema, arrivals: str, changes: str) -> str:
    # One pass over the changes for all properties, with one aggregate each: a join per property
    # would read the table as often as there are properties.
    names = ["stage", *(field.name for field in stream.user_properties)]
    latest = [
        f"{dialect.latest('new', 'sequence', f'property = {literal(name)}')} AS c{i}"
        for i, name in enumerate(names)
    ]
    members = {
        column_of(field): _now(dialect, field, i, stream)
        for i, field in enumerate(stream.user_properties, start=1)
    }
    columns = [f"a.{column}" for column in _PERSON]
    columns.append(f"coalesce({dialect.text_of_json('c.c0')}, a.stage) AS stage")
    # Without structs always: a view that is replaced can get columns behind its own only.
    if members or not dialect.has_structs:
        now = dialect.pack(members) if members else f"CAST(NULL AS {dialect.json_type})"
        columns.append(f"{now} AS properties")
    if stream.home or not dialect.has_structs:
        columns.append("a.home")
    return f"""
        SELECT {", ".join(columns)}
        FROM {arrivals} AS a LEFT JOIN (
            SELECT run, person, {", ".join(latest)} FROM {changes} AS changes GROUP BY run, person
        ) AS c ON c.run = a.run AND c.person = a.person"""


def _now(dialect: Dialect, field: Field, i: int, stream: StreamSchema) -> str:
    """Return a property's value now: null may be the latest one, so the change is asked."""
    changed = dialect.value_of_json(f"c.c{i}", field, stream.minor_digits)
    return f"CASE WHEN c.c{i} IS NULL THEN {dialect.member('a.properties', column_of(field))} ELSE {changed} END"


def _sessions(events: str) -> str:
    """Return one row per session: its device, platform and city do not change."""
    return f"""
        SELECT run, person, session_id, min(time) AS started, max(time) AS ended, count(*) AS events,
            max(user_id) AS user_id, max(device_id) AS device_id, max(platform) AS platform, max(os_name) AS os_name,
            max(city) AS city, max(country) AS country, sum(revenue) AS revenue, max(currency) AS currency
        FROM {events} AS events WHERE session_id IS NOT NULL GROUP BY run, person, session_id"""


def _stages(dialect: Dialect, changes: str, arrivals: str, runs: str) -> str:
    """Return one row per person and stage they entered; those passed over have none.

    Who stood at a stage when the run began has the start as its time, and `at_start`.
    """
    new = dialect.text_of_json("c.new")
    return f"""
        SELECT a.run, a.person, a.stage, {dialect.position("r.stages", "a.stage")} AS position,
            greatest(a.arrived, r.start) AS reached_at, a.arrived < r.start AS at_start
        FROM {arrivals} AS a JOIN {runs} AS r ON r.run = a.run
        UNION ALL
        SELECT c.run, c.person, {new} AS stage, {dialect.position("r.stages", new)} AS position,
            c.time AS reached_at, false AS at_start
        FROM {changes} AS c JOIN {runs} AS r ON r.run = c.run WHERE c.property = 'stage'"""


def _cities(events: str, arrivals: str, sessions: str, stages: str, runs: str) -> str:
    """Return one row per run and home city."""
    return f"""
        SELECT a.run, a.city, a.country, a.people, coalesce(e.active, 0) AS active,
            coalesce(s.sessions, 0) AS sessions, coalesce(e.events, 0) AS events,
            coalesce(c.converted, 0) AS converted, e.revenue
        FROM (
            SELECT run, city, max(country) AS country, count(*) AS people FROM {arrivals} AS b GROUP BY run, city
        ) AS a LEFT JOIN (
            SELECT run, city, count(*) AS events, count(DISTINCT person) AS active, sum(revenue) AS revenue
            FROM {events} AS f GROUP BY run, city
        ) AS e ON e.run = a.run AND e.city = a.city LEFT JOIN (
            SELECT run, city, count(*) AS sessions FROM {sessions} AS t GROUP BY run, city
        ) AS s ON s.run = a.run AND s.city = a.city LEFT JOIN (
            SELECT p.run, p.city, count(DISTINCT p.person) AS converted
            FROM {stages} AS t JOIN {runs} AS r ON r.run = t.run
            JOIN {arrivals} AS p ON p.run = t.run AND p.person = t.person
            WHERE t.position > r.goal GROUP BY p.run, p.city
        ) AS c ON c.run = a.run AND c.city = a.city"""
