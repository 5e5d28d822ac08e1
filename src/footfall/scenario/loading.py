"""Loads a scenario: file → checked records. All that is wrong is reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import localcontext
from importlib.resources import files
from pathlib import Path
from typing import Any

from footfall.errors import ScenarioError, UnitError, UsageError, shown
from footfall.scenario import (  # noqa: F401 - they register their builders
    catalogues,
    either_options,
    lifetimes,
    sections,
)
from footfall.scenario.forms import MapEntry
from footfall.scenario.language import SCENARIO
from footfall.scenario.language_steps import STEP_WORDS
from footfall.scenario.leaf_records import Text
from footfall.scenario.names import BUILT_IN_TYPES
from footfall.scenario.overrides import apply_settings
from footfall.scenario.properties import check_variables, event_properties
from footfall.scenario.reader import TOP, Fields, Reader
from footfall.scenario.records import Catalogue, Event, Scenario
from footfall.scenario.steps import read_step
from footfall.scenario.text_files import UnreadableError, nearest_file, read_text, reason
from footfall.scenario.tree import MOST_BYTES, MapNode, Node, parse_tree
from footfall.scenario.written_names import check_written
from footfall.units import EXACT, nearest_hint, parse_currency

VERSION = "1"
DEFAULT_CURRENCY = "USD"
SHIPPED_FOLDER = "scenarios"
MOST_PATH = 400


def load(
    path: str | Path, *, name: str | None = None, settings: Iterable[str] = ()
) -> Scenario:
    """Load a scenario file.

    Args:
        path: A YAML file; CSV files are looked for in its folder and below.
        name: What to call the file in messages; its path by default.
        settings: `key=value` texts that replace single values, see `apply_settings`.

    Raises:
        UsageError: There is no such file, or it cannot be read.
        ScenarioError: The file is no scenario; holds everything that is wrong with it.
    """
    path = Path(path)
    source = name or str(path)
    try:
        text = read_text(path, MOST_BYTES)
    except UnreadableError as problem:
        raise problem.at(source) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    return loads(text, source, path.parent, settings=settings)


def loads(
    text: str,
    source: str = "<text>",
    folder: str | Path | None = None,
    *,
    settings: Iterable[str] = (),
) -> Scenario:
    """Load a scenario from its text.

    Args:
        text: The YAML document.
        source: What to call it in messages.
        folder: Where its CSV files lie; without one, no file can be read.
        settings: As in `load`.

    Raises:
        ScenarioError: The text is no scenario; holds everything that is wrong with it.
        UsageError: A setting names nothing that can be set.
    """
    root = apply_settings(parse_tree(text, source), settings)
    # Decimals of a scenario enter the hash of its stream.
    with localcontext(EXACT):  # whatever decimals the caller works with, a scenario is the same
        return _read(root, source, Path(folder) if folder is not None else None)


def load_shipped(name: str, *, settings: Iterable[str] = ()) -> Scenario:
    """Load a scenario that comes with footfall, such as `online-school` or `online_school`.

    Raises:
        UsageError: There is none of this name; names the nearest.
    """
    known = shipped()
    found = name.replace("-", "_")
    if found not in known:
        message = f"there is no shipped scenario {shown(name)}"
        names = shipped_names()
        raise _usage_error(message, f"shipped: {', '.join(names)}", nearest_hint(name, names))
    return load(_shipped_folder() / f"{found}.yaml", name=f"{found}.yaml", settings=settings)


def shipped() -> list[str]:
    """Return the names of the scenarios that come with footfall, in alphabetical order."""
    folder = _shipped_folder()
    return sorted(file.stem for file in folder.glob("*.yaml")) if folder.is_dir() else []


def shipped_names() -> list[str]:
    """Return the same names as people type them: `online-school`."""
    return [name.replace("_", "-") for name in shipped()]


def _shipped_folder() -> Path:
    return Path(str(files("footfall").joinpath(SHIPPED_FOLDER)))


def _unreadable(path: Path, error: OSError | ValueError) -> UsageError:
    known = shipped_names()
    message = f"{shown(str(path), MOST_PATH)} cannot be read: {reason(error)}"
    beside = nearest_file(path)
    hint = (
        f"did you mean {path.with_name(beside)}?"
        if beside
        else nearest_hint(path.stem.replace("_", "-"), known)
    )
    return _usage_error(
        message, f"give a YAML file, or one of the shipped scenarios: {', '.join(known)}", hint
    )


def _usage_error(message: str, accepted: str, hint: str) -> UsageError:
    return UsageError(f"{message}\n  {accepted}" + (f"\n  hint: {hint}" if hint else ""))


# --- reading the top level -------------------------------------------------------------------------------------------


def _read(root: Node, source: str, folder: Path | None) -> Scenario:
    # Currency and home are looked up ahead: catalogues are typed (money) and checked (the
    # home's columns) on the way, wherever they stand in the file.
    reader = Reader(source, folder, _currency(root), _home_name(root), read_step)
    if not isinstance(root, MapNode):
        reader.wrong_shape(
            root,
            f"the scenario in {source}",
            f"write a map that begins with the line: footfall: {VERSION}",
        )
        raise ScenarioError(reader.problems.found)
    _check_version(reader, root)
    fields = reader.fields(SCENARIO, root, TOP)
    made = _made(reader, fields)
    _check_names(reader, fields, made)
    reader.problems.raise_if_any()
    return _scenario(source, fields, made)


def _currency(root: Node) -> str:
    node = root.get("currency") if isinstance(root, MapNode) else None
    try:
        return parse_currency(node.text) if isinstance(node, Text) else DEFAULT_CURRENCY
    except UnitError:
        # Noted when its key is read; until then amounts must have some currency.
        return DEFAULT_CURRENCY


def _home_name(root: Node) -> str:
    people = root.get("people") if isinstance(root, MapNode) else None
    home = people.get("home") if isinstance(people, MapNode) else None
    return home.text if isinstance(home, Text) else ""


def _check_version(reader: Reader, root: MapNode) -> None:
    version = root.get("footfall")
    if isinstance(version, Text) and version.text != VERSION:
        message = f"the scenario is written in version {shown(version.text)} of the language"
        reader.note(
            version.at,
            message,
            f"this footfall reads version {VERSION}",
            "a newer footfall may read it",
        )
        # At once: by the rules of another version all that follows may be right.
        reader.problems.raise_if_any()
    if version is not None and root.keys[0] != "footfall":
        reader.note(
            root.entries[0][0].at,
            f"the scenario begins with `{root.keys[0]}`",
            "its first line is: footfall: 1",
        )


def _made(reader: Reader, fields: Fields) -> dict[str, Any]:
    return {
        "stages": sections.stages(reader, fields.get("stages", [])),
        "events": tuple(_events(fields.get("events", []))),
        "journeys": sections.values_of(fields.get("journeys", [])),
        "catalogues": sections.values_of(fields.get("catalogues", [])),
        "properties": tuple(event_properties(fields.get("properties", []))),
        "effects": tuple(fields.get("effects", [])),
        "session_properties": fields.get("sessions", ()),
    }


def _events(categories: Iterable[MapEntry]) -> Iterable[Event]:
    for category in categories:
        for event in category.value:
            # The builder of an event sees its own map alone, not the category around it.
            yield replace(event.value, category=category.name)


def _scenario(source: str, fields: Fields, made: dict[str, Any]) -> Scenario:
    return Scenario(
        source=source,
        name=fields.get("scenario"),
        calendar=fields.get("calendar"),
        people=fields.get("people"),
        at=fields.at,
        title=fields.get("title", ""),
        about=fields.get("about", ""),
        currency=fields.get("currency", DEFAULT_CURRENCY),
        time_zone=fields.get("time_zone", "UTC"),
        main=fields.get("main", Text("life", fields.at)),
        goal=fields.get("goal"),
        devices=fields.get("devices"),
        **made,
    )


# --- what the parts mean together ------------------------------------------------------------------------------------


def _check_names(reader: Reader, fields: Fields, made: dict[str, Any]) -> None:
    reader.refuse_twins(
        ((event.name, event.at) for event in made["events"]), "event", is_folded=False
    )
    reader.refuse_twins(
        ((effect.named, effect.at) for effect in made["effects"]), "effect", is_folded=False
    )
    _check_words(reader, made)
    people, sessions = fields.get("people"), made["session_properties"]
    users = people.properties if people else ()
    check_variables(reader, users, "user property", _home_columns(fields, made))
    check_variables(reader, sessions, "session property", _home_columns(fields, made))
    for journey in made["journeys"]:
        check_variables(reader, journey.carries, "variable", _home_columns(fields, made))
    _check_shared_devices(reader, fields)
    # Folded, unlike events and effects: properties become columns, and databases may ignore
    # case.
    reader.refuse_twins(((item.name, item.at) for item in (*users, *sessions)), "property")
    check_written(reader, made["events"], made["properties"], users, sessions)


def _check_shared_devices(reader: Reader, fields: Fields) -> None:
    people, devices = fields.get("people"), fields.get("devices")
    if devices and devices.shared and people and not people.households:
        reader.note(
            devices.at,
            "`shared` devices are those of people who live together, and nobody lives together here",
            "write people: {households: {1: 60, 2: 30, 3: 10}}",
        )


def _check_words(reader: Reader, made: dict[str, Any]) -> None:
    for event in made["events"]:
        if event.name in STEP_WORDS:
            reader.note(
                event.at,
                f"{shown(event.name)} cannot be an event: it is a word of steps",
                "write another name",
                f"{event.name}_event: {{as: {event.name}}} is written as {event.name}",
            )
    for catalogue in made["catalogues"]:
        if catalogue.name in BUILT_IN_TYPES:
            reader.note(
                catalogue.at,
                f"{shown(catalogue.name)} cannot be a catalogue: it is a type",
                "write another name",
            )


def _home(fields: Fields, made: dict[str, Any]) -> Catalogue | None:
    people = fields.get("people")
    found = [
        catalogue
        for catalogue in made["catalogues"]
        if people and catalogue.name == people.home.text
    ]
    return found[0] if found else None


def _home_columns(fields: Fields, made: dict[str, Any]) -> Sequence[str]:
    home = _home(fields, made)
    return home.columns if home else ()
