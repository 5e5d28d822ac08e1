"""Compiles a scenario: a few small passes, each adding to what the next one needs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from footfall import zones
from footfall.compiler import tables as laws
from footfall.compiler.effects import Effects
from footfall.compiler.lowering import Lowering, walk
from footfall.compiler.moments import Moments
from footfall.compiler.naming import key
from footfall.compiler.program import optimise
from footfall.compiler.sites import Sites, list_field, listing, with_prefix
from footfall.compiler.stream import scenario_hash, stream_id
from footfall.compiler.symbols import Columns, ListVariable, Scope, Symbol, Table, Texts, Variable, tables
from footfall.compiler.typing import BUILTIN_NAMES, Typer, load, nearest_hint
from footfall.compiler.variables import Declarer
from footfall.errors import Mark, Problems
from footfall.events.chunk import Stream
from footfall.events.schema import Field, StreamSchema
from footfall.model import builtins
from footfall.model.model import CalendarSpec, DeviceSpec, Initial, Model, PeopleSpec, UserProperty
from footfall.model.ops import Op
from footfall.model.tables import TableColumn
from footfall.model.values import Array
from footfall.scenario import records
from footfall.scenario.records import Catalogue, Property, Scenario, Text
from footfall.units import minor_digits

SHARD = 4096
"""People per shard; a group is one or several shards."""
DAY_MS = 86_400_000
WINDOW_DAYS = 30
_ACTIVITY_BITS = 12
_GROWTH_BITS = 40
_HOME_BITS = 16


@dataclass(slots=True)
class Compilation:
    """What the passes work on.

    Args:
        scenario: With count and start resolved.
        people_names, session_names: Symbols declared so far.
    """

    scenario: Scenario
    seed: int
    start: dt.date
    problems: Problems
    texts: Texts
    columns: Columns
    tables: dict[str, Table]
    table_columns: tuple[TableColumn, ...]
    typer: Typer
    declarer: Declarer
    people_names: dict[str, Symbol] = field(default_factory=dict)
    session_names: dict[str, Symbol] = field(default_factory=dict)
    initials: list[Initial] = field(default_factory=list)
    session_initials: list[Initial] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        """People and sessions."""
        return Scope((self.session_names, self.people_names))

    @property
    def moments(self) -> Moments:
        """Resolves points in time."""
        return Moments(self.start, self.scenario.time_zone)


def compile_scenario(
    scenario: Scenario,
    *,
    people: int | None = None,
    start: dt.date | None = None,
    seed: int = 1,
    warnings: list[str] | None = None,
) -> Model:
    """Compile a scenario.

    Args:
        scenario: As loaded.
        people: Instead of its `people: count`; scales the rate of arrivals, so it makes another stream.
        start: Instead of its `calendar: start`.
        seed: From 0 to 2**63 - 1.
        warnings: Filled with what is odd but allowed.

    Raises:
        ScenarioError: With every problem that was found.
    """
    started = start or dt.date(*scenario.calendar.start)
    day = (started.year, started.month, started.day)
    scenario = replace(scenario, calendar=replace(scenario.calendar, start=day))
    if people is not None:
        scenario = replace(scenario, people=replace(scenario.people, count=people))
    compilation = _prepare(scenario, seed, started)
    _declare_people(compilation)
    _declare_sessions(compilation)
    model = _assemble(compilation, *_lower(compilation))
    compilation.problems.raise_if_any()
    if warnings is not None:
        warnings.extend(compilation.warnings)
    return model


def _prepare(scenario: Scenario, seed: int, start: dt.date) -> Compilation:
    problems, texts, columns = Problems(), Texts(), Columns()
    digits = minor_digits(scenario.currency)
    home = _home(scenario, problems)
    kinds = _device_kinds(scenario)
    by_name, table_columns = tables((*scenario.catalogues, kinds), texts, digits)
    devices = by_name.pop(kinds.name)
    stages = tuple(stage.name for stage in scenario.stages)
    for stage in stages:
        texts.code(stage)
    typer = Typer(texts, by_name, home, devices, stages, digits, problems)
    declarer = Declarer(typer, columns, scenario.currency, seed)
    return Compilation(scenario, seed, start, problems, texts, columns, by_name, table_columns, typer, declarer)


def _home(scenario: Scenario, problems: Problems) -> str:
    """Return the name of the home catalogue; without a fit one nothing more can be said."""
    name = scenario.people.home
    catalogue = next((c for c in scenario.catalogues if c.name == name.text), None)
    if catalogue is None:
        known = [c.name for c in scenario.catalogues]
        problems.add(name.at, f'home: no catalogue "{name.text}"', ", ".join(known), nearest_hint(name.text, known))
    else:
        _check_home(catalogue, problems)
    problems.raise_if_any()
    return name.text


def _check_home(catalogue: Catalogue, problems: Problems) -> None:
    for column in ("city", "country", "time_zone"):
        if column not in catalogue.columns:
            problems.add(
                catalogue.at, f'catalogue "{catalogue.name}" has no column "{column}"', "city, country, time_zone"
            )
            return
    position = catalogue.columns.index("time_zone")
    for number, cells in enumerate(catalogue.rows, 1):
        try:
            zones.zone(str(cells[position]))
        except (FileNotFoundError, ModuleNotFoundError, IsADirectoryError, ValueError, OSError):
            message = f'catalogue "{catalogue.name}", row {number}: no time zone "{cells[position]}"'
            problems.add(catalogue.at, message, "an IANA name", "for example Europe/Paris")


def _device_kinds(scenario: Scenario) -> Catalogue:
    if scenario.devices is not None:
        return replace(scenario.devices.kinds, name="device kinds")
    return Catalogue("device kinds", scenario.at, ("platform", "os_name"), ("text", "text"), (("web", None),), None)


# --- people and sessions ---------------------------------------------------------------------------------------------


def _declare_people(c: Compilation) -> None:
    for number, declared in enumerate(c.scenario.people.properties):
        symbol = _declare(c, declared, c.people_names, number)
        if isinstance(symbol, Variable):
            initial = c.declarer.initial(declared, symbol, c.scope, "people", builtins.VISITS)
            if initial is not None:
                c.initials.append(initial)


def _declare_sessions(c: Compilation) -> None:
    for declared in c.scenario.session_properties:
        symbol = _declare(c, declared, c.session_names, -1)
        if isinstance(symbol, Variable):
            initial = c.declarer.initial(declared, symbol, c.scope, "sessions", builtins.VISITS)
            if initial is not None:
                c.session_initials.append(initial)


def _declare(c: Compilation, declared: Property, into: dict[str, Symbol], number: int) -> Symbol | None:
    if declared.name in BUILTIN_NAMES:
        c.problems.add(declared.at, f'"{declared.name}" is always there and cannot be declared')
        return None
    if declared.derived is not None:
        symbol: Symbol | None = c.declarer.derived(declared, "", c.scope, number)
    else:
        symbol = c.declarer.declare(declared, "", number)
    if symbol is not None:
        into[declared.name] = symbol
    return symbol


# --- journeys --------------------------------------------------------------------------------------------------------


def _lower(c: Compilation) -> tuple[Lowering, Sites, Effects, int]:
    scenario = c.scenario
    journeys = {journey.name: journey for journey in scenario.journeys}
    _check_journeys(c, journeys)
    sites = Sites(scenario.events, scenario.properties, scenario.stages, c.typer)
    effects = Effects(scenario.effects, c.typer, c.scope, c.moments)
    lowering = Lowering(journeys, c.typer, c.columns, c.declarer, effects, sites, c.scope, c.table_columns, c.seed)
    entry = lowering.main(scenario.main.text)
    effects.check(_addresses(lowering))
    for event in scenario.events:
        if event.name not in sites.emitted:
            c.warnings.append(f'{event.at}: no step emits the event "{event.name}"')
    return lowering, sites, effects, entry


def _addresses(lowering: Lowering) -> dict[str, list[str]]:
    odds = []
    for decision in lowering.decisions:
        is_chance = decision.options == ("yes", "no")
        odds += [decision.address] if is_chance else [f"{decision.address}/{o}" for o in decision.options]
    return {"odds": odds, "duration": lowering.names.addresses("wait"), "value": list(lowering.value_addresses)}


def _check_journeys(c: Compilation, journeys: dict[str, records.Journey]) -> None:
    main = c.scenario.main
    if main.text not in journeys:
        known = list(journeys)
        c.problems.add(main.at, f'main: no journey "{main.text}"', ", ".join(known), nearest_hint(main.text, known))
        c.problems.raise_if_any()
    calls = {name: _called(journey) for name, journey in journeys.items()}
    _check_recursion(c, journeys, calls)
    reached, waiting = set(), [main.text]
    while waiting:
        name = waiting.pop()
        if name in journeys and name not in reached:
            reached.add(name)
            waiting += [target for target, _, _ in calls[name]]
    for name, journey in journeys.items():
        if name not in reached:
            c.problems.add(
                journey.at, f'no step runs the journey "{name}"', hint=f"do: {name}, or later: {name}, or take it out"
            )


def _called(journey: records.Journey) -> list[tuple[str, bool, Mark]]:
    """Return the journeys that a journey runs: name, whether by `later`, and where."""
    found = []
    for step in walk(journey.steps):
        if isinstance(step, records.Do):
            found.append((step.journey, False, step.at))
        elif isinstance(step, records.Later):
            found.append((step.journey, True, step.at))
    return found


def _check_recursion(
    c: Compilation, journeys: dict[str, records.Journey], calls: dict[str, list[tuple[str, bool, Mark]]]
) -> None:
    for name in journeys:
        path = _cycle(name, name, calls, ())
        if path:
            at = next(at for target, later, at in calls[path[-1]] if target == name and not later)
            c.problems.add(at, "a journey runs itself: " + " → ".join((*path, name)), hint="use repeat, or later")
    c.problems.raise_if_any()


def _cycle(
    name: str, goal: str, calls: dict[str, list[tuple[str, bool, Mark]]], path: tuple[str, ...]
) -> tuple[str, ...]:
    if name in path:
        return ()
    for target, later, _ in calls.get(name, []):
        if later:
            continue
        if target == goal:
            return (*path, name)
        found = _cycle(target, goal, calls, (*path, name))
        if found:
            return found
    return ()


# --- the model -------------------------------------------------------------------------------------------------------


def _assemble(c: Compilation, lowering: Lowering, sites: Sites, effects: Effects, entry: int) -> Model:
    c.problems.raise_if_any()
    language = _language(c)
    fields, compiled_sites = sites.finish(lowering.id_prefixes, {language} - {-1})
    properties = _user_properties(c, lowering)
    nodes, entry, end, timers = optimise(lowering.nodes, entry, lowering.end, lowering.timers)
    start_ms = c.moments.start_ms
    home = c.tables[c.scenario.people.home.text]
    devices = c.typer.devices
    return Model(
        stream=_stream(c, fields, properties),
        texts=c.texts.all(),
        columns=c.columns.all(),
        tables=c.table_columns,
        home=_home_tables(home),
        device_tables=(devices.columns["platform"][0], devices.columns["os_name"][0]),
        stage_codes=np.array([c.texts.code(s.name) for s in c.scenario.stages], np.int32),
        initials=tuple(c.initials),
        session_initials=tuple(c.session_initials),
        session_columns=tuple(s.column for s in c.session_names.values() if isinstance(s, Variable)),
        user_properties=properties,
        nodes=nodes,
        sites=compiled_sites,
        timers=timers,
        entry=entry,
        end=end,
        decisions=tuple(lowering.decisions),
        effects=tuple(e.named for e in c.scenario.effects),
        skips=tuple(lowering.skips),
        events=tuple((e.name, e.category) for e in c.scenario.events),
        calendar=_calendar(c, home, start_ms),
        people=_people(c, home),
        devices=_devices(c, devices),
        person_key=key(c.seed, "person"),
        arrival_key=key(c.seed, "arrival"),
        home_key=key(c.seed, "home"),
        language=language,
        group_size=SHARD * _shards_per_group(c.scenario.people.count),
        window_ms=WINDOW_DAYS * DAY_MS,
    )


def _language(c: Compilation) -> int:
    """Return the column of the user property `language`, -1 when the home's language counts."""
    language = c.people_names.get("language")
    return language.column if isinstance(language, Variable) and language.type.kind == "text" else -1


def _shards_per_group(people: int) -> int:
    """Return how many shards make a group: four groups or more where there are people enough, at most 32,768 people.

    Waves are the fuller the more people are in a group (1.5 times as fast with 32,768 as with 16,384), and the state of
    people takes about 1 kB each.
    """
    return max(1, min(8, people // (4 * SHARD)))


def _user_properties(c: Compilation, lowering: Lowering) -> tuple[UserProperty, ...]:
    found = []
    for symbol in c.people_names.values():
        if isinstance(symbol, Variable):
            value = with_prefix(_written(c, symbol), lowering.id_prefixes)
            found.append(UserProperty(symbol.name, symbol.type.kind, symbol.column, (), value))
        elif isinstance(symbol, ListVariable):
            items = tuple(v.column for v in symbol.fields.values())
            found.append(UserProperty(symbol.name, "integer", symbol.length, items, listing(symbol, c.typer)))
    return tuple(found)


def _written(c: Compilation, variable: Variable) -> Op:
    """Return what is written of a variable: a row of a catalogue as its first column."""
    op = load(variable)
    if op.kind != "row":
        return op
    table = c.tables[op.of]
    return c.typer.column(op, table, next(iter(table.columns)))


def _stream(c: Compilation, fields: tuple[Field, ...], properties: tuple[UserProperty, ...]) -> Stream:
    scenario = c.scenario
    stages = tuple(stage.name for stage in scenario.stages)
    schema = StreamSchema(
        scenario=scenario.name,
        event_properties=fields,
        user_properties=tuple(_user_field(c, p) for p in properties),
        currency=scenario.currency,
        minor_digits=minor_digits(scenario.currency),
        stages=stages,
        goal=_goal(c, scenario.goal, stages),
    )
    start_ms = c.moments.start_ms
    identity = stream_id(scenario, start_ms, c.seed, zones.version())
    return Stream(identity, c.seed, start_ms, schema, scenario_hash(scenario))


def _goal(c: Compilation, goal: Text | None, stages: tuple[str, ...]) -> int:
    if goal is None:
        return len(stages) - 1
    if goal.text not in stages:
        c.problems.add(goal.at, f'goal: no stage "{goal.text}"', ", ".join(stages), nearest_hint(goal.text, stages))
        return 0
    return stages.index(goal.text)


def _user_field(c: Compilation, declared: UserProperty) -> Field:
    symbol = c.people_names[declared.name]
    if isinstance(symbol, ListVariable):
        return list_field(declared.name, symbol, c.typer)
    assert isinstance(declared.value, Op)
    return Field(declared.name, declared.value.kind)  # type: ignore[arg-type]


def _home_tables(home: Table) -> tuple[int, int, int, int]:
    language = home.columns.get("language", (-1, "text"))[0]
    return home.columns["city"][0], home.columns["country"][0], language, home.columns["time_zone"][0]


def _calendar(c: Compilation, home: Table, start_ms: int) -> CalendarSpec:
    calendar, span = c.scenario.calendar, c.scenario.people.already_here_days
    names = _column_texts(home, "time_zone")
    countries = _column_texts(home, "country")
    distinct = tuple(dict.fromkeys(names))
    rhythms = tuple(dict.fromkeys((distinct.index(z), country) for z, country in zip(names, countries, strict=True)))
    whole = sum(sum(day) for day in calendar.week)
    scale = Decimal(168 << _ACTIVITY_BITS) / whole
    week = np.array([[int(w * scale + Decimal("0.5")) for w in day] for day in calendar.week], np.int64)
    one = 1 << _ACTIVITY_BITS
    return CalendarSpec(
        origin_ms=start_ms - (span + 2) * DAY_MS,
        start_ms=start_ms,
        week=week,
        zones=distinct,
        rhythms=rhythms,
        holidays=tuple((country, y or 0, m, d, int(a * one)) for country, (y, m, d), a in calendar.holidays),
        campaigns=tuple(
            (c.moments.ms(x.start), c.moments.ms(x.until), int(x.activity * one)) for x in calendar.campaigns
        ),
    )


def _column_texts(table: Table, column: str) -> list[str]:
    position = table.source.columns.index(column)
    return [str(row[position]) for row in table.source.rows]


def _people(c: Compilation, home: Table) -> PeopleSpec:
    people = c.scenario.people
    names, countries = _column_texts(home, "time_zone"), _column_texts(home, "country")
    distinct = list(dict.fromkeys(names))
    pairs = [(distinct.index(z), country) for z, country in zip(names, countries, strict=True)]
    rhythms = list(dict.fromkeys(pairs))
    already_here = int(people.count * people.already_here_share + Decimal("0.5"))
    return PeopleSpec(
        newcomers=people.count - already_here,
        already_here=already_here,
        span_days=people.already_here_days,
        length_days=c.scenario.calendar.length_days,
        growth_per_day=int((1 + people.growth_per_day) * (1 << _GROWTH_BITS)),
        home_weights=_home_weights(home.source),
        home_rhythms=np.array([rhythms.index(p) for p in pairs], np.int32),
        home_zones=np.array([distinct.index(z) for z in names], np.int32),
    )


def _home_weights(home: Catalogue) -> Array:
    weights = home.weights or tuple(Decimal(1) for _ in home.rows)
    whole = sum(weights)
    return np.array([max(1, int(w * (1 << _HOME_BITS) / whole)) if w else 0 for w in weights], np.int64)


def _devices(c: Compilation, kinds: Table) -> DeviceSpec:
    per_person = c.scenario.devices.per_person if c.scenario.devices is not None else ((1, Decimal(1)),)
    return DeviceSpec(
        counts=laws.categorical([w for _, w in per_person], len(per_person)),
        count_values=tuple(n for n, _ in per_person),
        kinds=kinds.law,
        count_key=key(c.seed, "devices"),
        kind_key=key(c.seed, "device kind"),
        session_key=key(c.seed, "device"),
    )
