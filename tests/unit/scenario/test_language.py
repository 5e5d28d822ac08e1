"""One table describes the language: the loader, the editors' schema and the reference page agree with it."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from footfall.errors import UsageError
from footfall.scenario import json_schema, load
from footfall.scenario.forms import ByShape, ListOf, MapOf, Ref, Scalar
from footfall.scenario.json_schema_export import json_schema_text
from footfall.scenario.language import KINDS
from footfall.scenario.language_steps import STEP_VERBS
from footfall.scenario.leaf_records import Text
from footfall.scenario.reader import BUILDERS, INVALID, Reader
from footfall.scenario.reference import kinds_shown, main, updated
from footfall.scenario.steps import MAKERS, read_step
from footfall.scenario.tree import parse_tree
from tests.json_schemas import errors, is_valid, seen_by_an_editor

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "scenario.md"
GOOD = [
    *sorted(Path(str(files("footfall"))).glob("scenarios/*.yaml")),
    Path(__file__).parent / "everything.yaml",
]
KEYS = [(kind, key) for kind in KINDS.values() for key in kind.keys]


def document(text):
    return seen_by_an_editor(parse_tree(text, "x.yaml"))


@pytest.mark.parametrize(("kind", "key"), KEYS, ids=lambda part: part.name)
def test_every_key_is_described(kind, key):
    """Every key has a meaning and an example, and a default unless it must stand or stands in place of another."""
    others = {name for group in (*kind.one_of, *kind.at_most_one_of) for name in group}
    assert key.about
    assert key.example
    assert key.is_required or key.default or key.name in others or kind.name == "rhythm"


@pytest.mark.parametrize(("kind", "key"), KEYS, ids=lambda part: part.name)
def test_every_example_is_accepted(kind, key):
    """The example of a key can be written as it stands, and an editor accepts it too."""
    if "…" in key.example:
        pytest.skip("24 weights are too long for an example")
    text = f"{key.name}: {key.example}"
    reader = Reader("x.yaml", None, "EUR", "", read_step)
    node = parse_tree(text, "x.yaml").entries[0][1]
    if "file:" not in key.example:
        assert reader.read(key.form, node, "it", Text(key.name, node.at)) is not INVALID, (
            reader.problems.found
        )
    root = json_schema()
    name = kind.name.replace("`", "").replace(" ", "-")
    schema = root if kind.name == "scenario" else root["$defs"][name]
    assert list(errors(seen_by_an_editor(node), schema["properties"][key.name], root)) == []


def test_every_kind_is_built():
    """Every kind that a form refers to has a builder, every step a maker, every reference a kind."""
    referred = {name for _, key in KEYS for name in references(key.form)}
    assert referred <= KINDS.keys()
    assert referred <= BUILDERS.keys()
    assert {kind.name for kind in STEP_VERBS.values()} <= MAKERS.keys()


def references(form):
    match form:
        case Ref():
            return {form.kind}
        case ListOf():
            return references(form.item)
        case MapOf():
            return references(form.value)
        case ByShape():
            return set().union(
                *(references(shape) for shape in (form.scalar, form.list, form.map) if shape)
            )
    return set()


def test_messages_show_an_example():
    """What is accepted in a place is said with an example, or with all the words."""
    accepts = {form.accepts for _, key in KEYS for form in scalars(key.form)}
    assert [text for text in accepts if not re.search("such as|write ", text)] == []


def scalars(form):
    match form:
        case Scalar():
            return [form]
        case ListOf():
            return scalars(form.item)
        case MapOf():
            return [form.key, *scalars(form.value)]
        case ByShape():
            return [
                scalar
                for shape in (form.scalar, form.list, form.map)
                if shape
                for scalar in scalars(shape)
            ]
    return []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_json_schema_accepts_what_loads(path):
    """Editors find nothing to mark in the shipped scenarios, nor in one with every construct."""
    assert load(path)
    assert (
        list(errors(document(path.read_text(encoding="utf-8")), json_schema(), json_schema()))
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "footfall: 2",
        "sead: 1",
        "scenario: My Shop",
        "currency: euro",
        "calendar: {start: 2026-01-01}",
        "calendar: {start: tomorrow, length: 30 days}",
        "calendar: {start: 2026-01-01, length: 30}",
        "calendar: {start: 2026-01-01, length: 3 days, rhythm: evening}",
        "people: {count: many, home: cities}",
        "people: {count: 0, home: cities}",
        "people: {count: 1, home: cities, properties: {first name: {start: 1}}}",
        "people: {count: 1, home: cities, properties: {a: {start: 1, pick: [1]}}}",
        "stages: []",
        "events: {}",
        "journeys: {life: {steps: []}}",
        "journeys: {life: {steps: [{maybe: 5%}]}}",
        "journeys: {life: {steps: [{do: a, wait: 5 s}]}}",
        "journeys: {life: {steps: [{go on: 80%, at_most: 3}]}}",
        "journeys: {life: {steps: [{either: {options: [{named: a}]}}]}}",
        "journeys: {life: {steps: [{Seen: {aftr: 5 s}}]}}",
        "journeys: {life: {steps: [{Seen: {after: soon}}]}}",
        "effects: [{named: a, where: life, odds: 2}]",
        "effects: [{named: a, where: life/x}]",
        "catalogues: {a: {rows: [x], file: y.csv}}",
    ],
)
def test_the_json_schema_refuses_mistakes(text):
    """Editors mark unknown keys, wrong words, missing keys, wrong units and two verbs in a step."""
    (name,) = document(text)
    schema = json_schema()
    part = {key: rule for key, rule in schema.items() if key not in ("required", "allOf")}
    assert not is_valid(document(text), part, schema), name


def test_the_json_schema_is_json():
    """The text for a file is the schema, in a dialect that editors know."""
    schema = json.loads(json_schema_text())
    assert schema == json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_in_the_json_schema_is_defined():
    """No `$ref` leads nowhere."""
    text = json_schema_text()
    assert set(re.findall(r'"#/\$defs/([^"]+)"', text)) <= json_schema()["$defs"].keys()


def test_the_reference_page_is_current():
    """The tables in docs/scenario.md are those that the table of the language prints."""
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page) == page, "run: python -m footfall.scenario.reference docs/scenario.md"


def test_the_reference_page_shows_every_kind():
    """No map of the language is missing in the reference."""
    assert kinds_shown(PAGE.read_text(encoding="utf-8")) >= KINDS.keys()


def test_the_reference_is_rewritten_in_place(tmp_path):
    """The tool prints the tables between the markers and leaves the rest alone."""
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- keys of ramp -->\nold\n<!-- end -->\nafter\n", encoding="utf-8"
    )
    assert main([str(page)]) == 0
    assert re.match(
        r"before\n<!-- keys of ramp -->\n\| key .*\| `from` .*<!-- end -->\nafter\n",
        page.read_text(),
        re.DOTALL,
    )


def test_a_marker_of_no_kind_is_refused():
    """A marker that names nothing is a mistake on the page."""
    with pytest.raises(UsageError, match='the marker names "rampe"'):
        updated("<!-- keys of rampe -->\n<!-- end -->")
