"""The views of a store, put together from the tables' columns and a dialect."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.data.schema import Field, StreamSchema, common_columns
from footfall.store.dialect import Dialect, literal, quote

_ARRIVAL = ("user_id", "arrived", "city", "country", "language", "time_zone")


def scenario_views(
    dialect: Dialect, stream: StreamSchema, runs: str = "main.runs"
) -> dict[str, str]:
    """Return the queries of the views of a scenario's schema, in the order of making.

    Args:
        dialect: The database.
        stream: Columns of the scenario's tables.
        runs: The table of runs, qualified.
    """
    schema = quote(stream.scenario)
    return {
        "users": people(dialect, stream),
        "sessions": _sessions(schema),
        "stages": _stages(dialect, schema, runs),
        "cities": _cities(schema, runs),
    }


def united_views(scenarios: Sequence[str]) -> dict[str, str]:
    """Return the queries of the main schema's views: common columns of all scenarios.

    Args:
        scenarios: Names of the scenarios in the store; at least one.
    """
    return {
        view: " UNION ALL ".join(_united(view, columns, scenario) for scenario in scenarios)
        for view, columns in _UNITED.items()
    }


def _united(view: str, columns: Sequence[str], scenario: str) -> str:
    return f"SELECT {literal(scenario)} AS scenario, {', '.join(columns)} FROM {quote(scenario)}.{view}"


# Scenarios may have currencies with other minor units: four digits hold all of them.
_REVENUE = "CAST(revenue AS DECIMAL(38, 4)) AS revenue"
_CHANGE = ("person", "sequence", "property", "old", "new", "time", "insert_id", "run")
_SESSION = (
    "run",
    "person",
    "session_id",
    "started",
    "ended",
    "events",
    "device_id",
    "platform",
    "os_name",
    "city",
)
_UNITED: dict[str, Sequence[str]] = {
    "events": [_REVENUE if c.name == "revenue" else quote(c.name) for c in common_columns()],
    "changes": _CHANGE,
    "arrivals": ("run", "person", *_ARRIVAL, "stage"),
    "users": ("run", "person", *_ARRIVAL, "stage"),
    "sessions": (*_SESSION, _REVENUE, "currency"),
    "stages": ("run", "person", "stage", "position", "reached_at", "at_start"),
    "cities": (
        "run",
        "city",
        "country",
        "people",
        "active",
        "sessions",
        "events",
        "converted",
        _REVENUE,
    ),
}


def people(dialect: Dialect, stream: StreamSchema, changes: str = "true") -> str:
    """Return the query of people as they are, or were: arrivals with the latest changes.

    Args:
        dialect: The database.
        stream: Columns of the scenario's tables.
        changes: Which changes count, as an SQL condition; all of them for how people are now.
    """
    schema = quote(stream.scenario)
    # One pass over the changes for all properties, with one aggregate each: a join per property
    # would read the table as often as there are properties.
    names = ["stage", *(field.name for field in stream.user_properties)]
    latest = [
        f"{dialect.latest('new', 'sequence', f'property = {literal(name)}')} AS c{i}"
        for i, name in enumerate(names)
    ]
    members = {
        field.name: _now(dialect, field, i, stream)
        for i, field in enumerate(stream.user_properties, start=1)
    }
    properties = f", {dialect.pack(members)} AS properties" if members else ""
    columns = ", ".join(f"a.{column}" for column in ("run", "person", *_ARRIVAL))
    return f"""
        SELECT {columns}, coalesce({dialect.text_of_json("c.c0")}, a.stage) AS stage{properties}
        FROM {schema}.arrivals AS a LEFT JOIN (
            SELECT run, person, {", ".join(latest)} FROM {schema}.changes WHERE {changes} GROUP BY run, person
        ) AS c ON c.run = a.run AND c.person = a.person"""


def _now(dialect: Dialect, field: Field, i: int, stream: StreamSchema) -> str:
    """Return a property's value now: null may be the latest one, so the change is asked."""
    changed = dialect.value_of_json(f"c.c{i}", field, stream.minor_digits)
    return f"CASE WHEN c.c{i} IS NULL THEN {dialect.member('a.properties', field.name)} ELSE {changed} END"


def _sessions(schema: str) -> str:
    """Return one row per session: its device, platform and city do not change."""
    return f"""
        SELECT run, person, session_id, min(time) AS started, max(time) AS ended, count(*) AS events,
            max(user_id) AS user_id, max(device_id) AS device_id, max(platform) AS platform, max(os_name) AS os_name,
            max(city) AS city, max(country) AS country, sum(revenue) AS revenue, max(currency) AS currency
        FROM {schema}.events WHERE session_id IS NOT NULL GROUP BY run, person, session_id"""


def _stages(dialect: Dialect, schema: str, runs: str) -> str:
    """Return one row per person and stage they entered; those passed over have none.

    Who stood at a stage when the run began has the start as its time, and `at_start`.
    """
    new = dialect.text_of_json("c.new")
    return f"""
        SELECT a.run, a.person, a.stage, {dialect.position("r.stages", "a.stage")} AS position,
            greatest(a.arrived, r.start) AS reached_at, a.arrived < r.start AS at_start
        FROM {schema}.arrivals AS a JOIN {runs} AS r ON r.run = a.run
        UNION ALL
        SELECT c.run, c.person, {new} AS stage, {dialect.position("r.stages", new)} AS position,
            c.time AS reached_at, false AS at_start
        FROM {schema}.changes AS c JOIN {runs} AS r ON r.run = c.run WHERE c.property = 'stage'"""


def _cities(schema: str, runs: str) -> str:
    """Return one row per run and home city."""
    return f"""
        SELECT a.run, a.city, a.country, a.people, coalesce(e.active, 0) AS active,
            coalesce(s.sessions, 0) AS sessions, coalesce(e.events, 0) AS events,
            coalesce(c.converted, 0) AS converted, e.revenue
        FROM (
            SELECT run, city, max(country) AS country, count(*) AS people FROM {schema}.arrivals GROUP BY run, city
        ) AS a LEFT JOIN (
            SELECT run, city, count(*) AS events, count(DISTINCT person) AS active, sum(revenue) AS revenue
            FROM {schema}.events GROUP BY run, city
        ) AS e ON e.run = a.run AND e.city = a.city LEFT JOIN (
            SELECT run, city, count(*) AS sessions FROM {schema}.sessions GROUP BY run, city
        ) AS s ON s.run = a.run AND s.city = a.city LEFT JOIN (
            SELECT p.run, p.city, count(DISTINCT p.person) AS converted
            FROM {schema}.stages AS t JOIN {runs} AS r ON r.run = t.run
            JOIN {schema}.arrivals AS p ON p.run = t.run AND p.person = t.person
            WHERE t.position > r.goal GROUP BY p.run, p.city
        ) AS c ON c.run = a.run AND c.city = a.city"""
