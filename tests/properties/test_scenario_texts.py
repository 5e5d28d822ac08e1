"""Whatever a scenario file holds, it is a scenario, or an error that says where it is wrong."""

import re
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.errors import ScenarioError
from footfall.scenario import json_schema, loads
from footfall.scenario.forms import ByShape, ListOf, MapOf, Ref, Scalar, StepForm
from footfall.scenario.language import KINDS, SCENARIO
from footfall.scenario.language_steps import STEP_KINDS
from footfall.scenario.records import Scenario
from footfall.scenario.tree import parse_tree
from tests.json_schemas import errors, seen_by_an_editor
from tests.small_scenarios import scenario_text
from tests.thoroughness import n_examples

EVERYTHING = Path(__file__).parents[1] / "unit" / "scenario" / "everything.yaml"
LINES = EVERYTHING.read_text(encoding="utf-8").splitlines(keepends=True)
WORDS = st.sampled_from(
    ["0", "-1", "1", "25%", "120%", "1e400", ".nan", "5 s", "about 2 days", "day 3", "2026-02-30", "null", "~", "''",
     "NO", "life", "Seen", "city", "Europe/Paris", "rest", "all", "[]", "{}", "a/b", "zipf 1",
     '"\\0"', "x" * 200, "true"]
)  # fmt: skip
QUICK = settings(
    max_examples=n_examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def outcome(text: str) -> Scenario | ScenarioError:
    try:
        return loads(text, "x.yaml", EVERYTHING.parent)
    except ScenarioError as error:
        return error


def check(text: str) -> None:
    """A text is a scenario, or every problem has a place in a file and a message of one line or more."""
    result = outcome(text)
    if isinstance(result, ScenarioError):
        assert result.problems
        assert all(
            problem.at.line >= 1 and problem.at.column >= 1 and problem.message
            for problem in result.problems
        )
        assert not re.search("[\x00-\x09\x0b-\x1f]", str(result))


@QUICK
@given(st.text(max_size=300))
def test_any_text(text):
    """Any text at all is handled, whatever characters it has."""
    check(text)


@QUICK
@given(st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,?~ \n\t\\01é\u202e\u2028", max_size=200))
def test_anything_that_looks_like_yaml(text):
    """YAML's own signs in any order are handled."""
    check(f"footfall: 1\n{text}")


@QUICK
@given(st.data())
def test_any_value_at_any_place(data):
    """One value of a scenario replaced by any other leaves a scenario or an error, never a crash."""
    number = data.draw(st.integers(0, len(LINES) - 1))
    words = [match.span() for match in re.finditer(r"[^\s,:\[\]{}]+", LINES[number])]
    if words:
        begin, end = data.draw(st.sampled_from(words))
        changed = LINES[number][:begin] + data.draw(WORDS) + LINES[number][end:]
        check("".join([*LINES[:number], changed, *LINES[number + 1 :]]))


@QUICK
@given(st.data())
def test_any_lines_left_out_or_doubled(data):
    """Lines that are missing, doubled or at the wrong depth are handled."""
    number = data.draw(st.integers(0, len(LINES) - 1))
    kept = data.draw(
        st.sampled_from(
            [[], [LINES[number]] * 2, ["  " + LINES[number]], [LINES[number].lstrip()]]
        )
    )
    check("".join([*LINES[:number], *kept, *LINES[number + 1 :]]))


def trees(form):
    """Return YAML texts, in flow style, that have a form's shape but any words."""
    match form:
        case Scalar():
            return WORDS
        case ListOf():
            return st.lists(st.deferred(lambda: trees(form.item)), max_size=3).map(
                lambda items: f"[{', '.join(items)}]"
            )
        case MapOf():
            return st.dictionaries(
                WORDS, st.deferred(lambda: trees(form.value)), max_size=2
            ).map(as_map)
        case ByShape():
            shapes = [shape for shape in (form.scalar, form.list, form.map) if shape]
            return st.one_of(
                [st.deferred(lambda shape=shape: trees(shape)) for shape in shapes]
            )
        case Ref():
            return kinds(form.kind)
        case StepForm():
            return st.one_of(
                WORDS, st.sampled_from(STEP_KINDS).flatmap(lambda kind: kinds(kind.name))
            )


@cache
def kinds(name):
    """Return maps with some keys of a kind, each with a value of its form."""
    keys = {key.name: st.deferred(lambda key=key: trees(key.form)) for key in KINDS[name].keys}
    required = {key.name: keys.pop(key.name) for key in KINDS[name].keys if key.is_required}
    return st.fixed_dictionaries(required, optional=keys).map(as_map)


def as_map(entries):
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


PRINTABLE = st.characters(
    exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"
)
PLACES = [key for key in SCENARIO.keys if key.name not in ("footfall", "scenario")]


@QUICK
@given(st.data())
def test_any_tree_of_the_languages_keys(data):
    """Maps with the right keys and any values under them are handled, in every part of the language."""
    key = data.draw(st.sampled_from(PLACES))
    text = scenario_text(**{key.name: data.draw(trees(key.form))})
    check(text)
    if isinstance(outcome(text), Scenario):
        seen = seen_by_an_editor(parse_tree(text, "x.yaml"))
        assert list(errors(seen, json_schema(), json_schema())) == [], (
            "editors refuse what the loader accepts"
        )


@QUICK
@given(st.sampled_from(["title", "about"]), st.text(PRINTABLE, max_size=80))
def test_texts_survive_a_round_trip(key, text):
    """Every printable text in quotes is read as it was written."""
    quoted = "'" + text.replace("'", "''") + "'"
    result = outcome(scenario_text(**{key: quoted}))
    assert isinstance(result, Scenario), result
    assert getattr(result, key) == text
