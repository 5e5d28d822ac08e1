"""The first passes: catalogues, and what people and sessions know."""

from __future__ import annotations

from dataclasses import replace

from footfall.compiler.catalogues import compile_catalogues as compile_tables
from footfall.compiler.compilation import Compilation
from footfall.compiler.event_memories import EventMemories
from footfall.compiler.expressions.lookup import BUILTIN_NAMES
from footfall.compiler.expressions.typer import Typer
from footfall.compiler.fakes import FakePlace, fake_value
from footfall.compiler.symbols import Symbol, Variable
from footfall.compiler.variables import Declarer
from footfall.model import builtins
from footfall.model.model import InitialValue
from footfall.scenario.records import Catalogue, Property, Scenario
from footfall.units import minor_digits, nearest_hint, zones

HOME_COLUMNS = ("city", "country", "time_zone")
_STAND_IN = (("Nowhere", "XX", "UTC", "en"),)


def compile_catalogues(c: Compilation) -> None:
    """Compile the catalogues, and prepare what expressions are compiled with."""
    scenario = c.scenario
    digits = minor_digits(scenario.currency)
    catalogues = [*scenario.catalogues, *_home(c)]
    kinds = _device_kinds(scenario)
    c.tables, c.table_columns = compile_tables((*catalogues, kinds), c.texts, digits)
    # Out of the tables that expressions see: it has no name in the language.
    devices = c.tables.pop(kinds.name)
    stages = tuple(stage.name for stage in scenario.stages)
    # Stages have codes even if no expression names them: people are written with them.
    for stage in stages:
        c.texts.code(stage)
    described = {p.name: p.value.text for p in scenario.properties if p.value is not None}
    c.typer = Typer(
        c.texts,
        c.tables,
        scenario.people.home.text,
        devices,
        stages,
        digits,
        c.moments,
        EventMemories(c.columns, [event.name for event in scenario.events]),
        c.problems,
        described,
    )
    c.declarer = Declarer(c.typer, c.columns, c.seed)


def _home(c: Compilation) -> list[Catalogue]:
    """Check the home catalogue; return another where it is not fit, to check the rest with."""
    name = c.scenario.people.home
    catalogue = next(
        (known for known in c.scenario.catalogues if known.name == name.text), None
    )
    if catalogue is None:
        known = [known.name for known in c.scenario.catalogues]
        accepted = "catalogues: " + (", ".join(known) or "none")
        c.problems.add(
            name.at,
            f'home: no catalogue "{name.text}"',
            accepted,
            nearest_hint(name.text, known),
        )
    elif _is_home(catalogue, c):
        return []
    columns = (*HOME_COLUMNS, "language")
    return [Catalogue(name.text, name.at, columns, ("text",) * len(columns), _STAND_IN, None)]


def _is_home(catalogue: Catalogue, c: Compilation) -> bool:
    lacking = [column for column in HOME_COLUMNS if column not in catalogue.columns]
    for column in lacking:
        message = (
            f'catalogue "{catalogue.name}" is where people live, but has no column "{column}"'
        )
        c.problems.add(catalogue.at, message, "columns: " + ", ".join(HOME_COLUMNS))
    return not lacking and _has_zones(catalogue, c)


def _has_zones(catalogue: Catalogue, c: Compilation) -> bool:
    position = catalogue.columns.index("time_zone")
    is_fit = True
    for number, cells in enumerate(catalogue.rows, 1):
        try:
            zones.zone(str(cells[position]))
        except (ImportError, ValueError, OSError):
            message = (
                f'catalogue "{catalogue.name}", row {number}: no time zone "{cells[position]}"'
            )
            c.problems.add(catalogue.at, message, "an IANA name", "for example Europe/Paris")
            is_fit = False
    return is_fit


def _device_kinds(scenario: Scenario) -> Catalogue:
    if scenario.devices is not None:
        return replace(scenario.devices.kinds, name="device kinds")
    return Catalogue(
        "device kinds",
        scenario.at,
        ("platform", "os_name"),
        ("text", "text"),
        (("web", None),),
        None,
    )


# --- people and sessions ---------------------------------------------------------------------------------------------


def declare_people(c: Compilation) -> None:
    """Declare user properties, and say how they begin; each sees those before it."""
    for number, declared in enumerate(c.scenario.people.properties):
        _declare(c, declared, c.people_names, c.initials, "people", number)
    _make_up(c, c.scenario.people.properties, c.people_names, c.initials, "people")


def declare_sessions(c: Compilation) -> None:
    """Declare session properties, and say how they begin; each sees people and those before it."""
    for declared in c.scenario.session_properties:
        _declare(c, declared, c.session_names, c.session_initials, "sessions", -1)
    _make_up(c, c.scenario.session_properties, c.session_names, c.session_initials, "sessions")


def _make_up(
    c: Compilation,
    properties: tuple[Property, ...],
    names: dict[str, Symbol],
    initials: list[InitialValue],
    owner: str,
) -> None:
    """Say how fakes begin: texts after all else, which they have to fit; numbers before it, which may tell of them."""
    for declared in properties:
        symbol = names.get(declared.name)
        if declared.fake and isinstance(symbol, Variable):
            value = fake_value(c.typer, FakePlace(declared, owner, names))
            if value is not None:
                at = 0 if symbol.type.kind == "number" else len(initials)
                initials.insert(at, InitialValue(symbol.column, symbol.type.kind, value))


def _declare(
    c: Compilation,
    declared: Property,
    names: dict[str, Symbol],
    initials: list[InitialValue],
    address: str,
    number: int,
) -> None:
    if declared.name in BUILTIN_NAMES:
        c.problems.add(
            declared.at,
            f'"{declared.name}" is always there and cannot be declared',
            hint="rename it",
        )
        return
    if declared.fake:
        symbol: Symbol | None = c.declarer.fake(FakePlace(declared, address, names), number)
        if symbol is not None:
            names[declared.name] = symbol
        return
    if declared.derived is not None:
        symbol = c.declarer.derived(declared, "", c.scope, number)
    else:
        symbol = c.declarer.declare(declared, "", number)
    if symbol is not None:
        names[declared.name] = symbol
    if isinstance(symbol, Variable):
        initial = c.declarer.initial(declared, symbol, c.scope, address, builtins.VISITS)
        if initial is not None:
            initials.append(initial)
