"""Puts the model together from what the passes have made."""

from __future__ import annotations

import numpy as np

from footfall.compiler.addresses import key
from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.compilation import Compilation
from footfall.compiler.declarations import HOME_COLUMNS
from footfall.compiler.expressions.typed_values import load
from footfall.compiler.fields import list_field, listing, value_field
from footfall.compiler.groups import groups_of
from footfall.compiler.id_prefixes import prefixed
from footfall.compiler.specs import calendar_spec, device_spec, people_spec
from footfall.compiler.stream_id import scenario_hash, stream_id
from footfall.compiler.symbols import ListVariable, Variable
from footfall.data.schema import CatalogueColumns, Field, StreamSchema
from footfall.data.stream import Stream
from footfall.model.emitted_values import ListValue
from footfall.model.model import Model, UserProperty
from footfall.model.operations import Op
from footfall.scenario.records import Catalogue, Property
from footfall.units import zones


def assemble(c: Compilation) -> Model:
    """Return the model; nothing may be wrong with the scenario."""
    properties = _user_properties(c)
    home, devices = c.tables[c.scenario.people.home.text], c.typer.devices
    people = people_spec(c.scenario, home, c.seed, c.hours)
    return Model(
        stream=_stream(c, properties),
        texts=c.texts.all(),
        columns=c.columns.all(),
        tables=c.table_columns,
        home=_home_tables(home),
        device_tables=(devices.columns["platform"][0], devices.columns["os_name"][0]),
        stage_codes=np.array([c.texts.code(stage) for stage in c.typer.stages], np.int32),
        initials=tuple(c.initials),
        session_initials=tuple(c.session_initials),
        user_properties=properties,
        nodes=c.nodes,
        emissions=c.compiled_emissions,
        timers=c.timers,
        entry=c.entry,
        end=c.end,
        decisions=tuple(c.builder.decisions),
        affected=tuple(c.builder.affected),
        effects=tuple(effect.named for effect in c.scenario.effects),
        skips=tuple(c.builder.skips),
        events=tuple((event.written, event.category) for event in c.scenario.events),
        calendar=calendar_spec(c.scenario, c.moments, home, c.seed),
        people=people,
        devices=device_spec(c.scenario, devices, c.seed),
        person_key=key(c.seed, "person"),
        arrival_key=key(c.seed, "arrival"),
        home_key=key(c.seed, "home"),
        language=c.language,
        groups=groups_of(people),
    )


def _columns(catalogue: Catalogue) -> tuple[Field, ...]:
    return tuple(
        Field(name, kind)  # type: ignore[arg-type]  # the loader knows four types
        for name, kind in zip(catalogue.columns, catalogue.types, strict=True)
    )


def _home_fields(home: Catalogue) -> tuple[Field, ...]:
    """Return the columns of the home catalogue that not every one has.

    Of names that differ in case alone the first: databases have no two such fields.
    """
    own = {f.name.lower(): f for f in reversed(_columns(home)) if f.name not in _EVERY_HOME}
    return tuple(reversed(own.values()))


_EVERY_HOME = frozenset((*HOME_COLUMNS, "language"))


def _home_tables(home: CatalogueTable) -> tuple[int, int, int, int]:
    language = home.columns.get("language", (-1, "text"))[0]
    return (
        home.columns["city"][0],
        home.columns["country"][0],
        language,
        home.columns["time_zone"][0],
    )


def _user_properties(c: Compilation) -> tuple[UserProperty, ...]:
    found = []
    for declared in c.scenario.people.properties:
        symbol, name = c.people_names[declared.name], declared.written
        if isinstance(symbol, Variable):
            value: Op | ListValue = prefixed(_written(c, symbol), c.builder.id_prefixes)
            found.append(UserProperty(name, symbol.type.kind, symbol.column, (), value))
        elif isinstance(symbol, ListVariable):
            items = tuple(variable.column for variable in symbol.fields.values())
            value = listing(symbol, c.typer)
            found.append(UserProperty(name, "integer", symbol.length, items, value))
    return tuple(found)


def _written(c: Compilation, variable: Variable) -> Op:
    """Return what is written of a variable: a row of a catalogue as its first column."""
    op = load(variable)
    if op.kind != "row":
        return op
    table = c.tables[op.of]
    return c.typer.values.column(op, table, next(iter(table.columns)))


def _user_field(c: Compilation, declared: Property, written: UserProperty) -> Field:
    symbol = c.people_names[declared.name]
    identifier = declared.name if declared.alias else ""
    if isinstance(symbol, ListVariable):
        return list_field(written.name, symbol, c.typer, identifier)
    assert isinstance(written.value, Op)
    # Rows are written as their first column.
    return value_field(written.name, written.value, identifier)


def _stream(c: Compilation, properties: tuple[UserProperty, ...]) -> Stream:
    scenario, stages, goal = c.scenario, c.typer.stages, c.scenario.goal
    schema = StreamSchema(
        scenario=scenario.name,
        event_properties=c.fields,
        user_properties=tuple(
            _user_field(c, declared, written)
            for declared, written in zip(scenario.people.properties, properties, strict=True)
        ),
        currency=scenario.currency,
        minor_digits=c.typer.minor_digits,
        stages=stages,
        goal=len(stages) - 1 if goal is None else stages.index(goal.text),
        home=_home_fields(c.tables[scenario.people.home.text].source),
        catalogues=tuple(
            CatalogueColumns(one.name, _columns(one)) for one in scenario.catalogues
        ),
    )
    start_ms = c.moments.start_ms
    # With the version of the time zones: another one may move events by an hour.
    digits = scenario_hash(scenario)
    identity = stream_id(digits, start_ms, c.seed, zones.version())
    return Stream(identity, c.seed, start_ms, schema, digits)
