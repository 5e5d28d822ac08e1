"""YAML text becomes a tree of texts with places, and nothing of YAML that is dangerous gets in."""

import time

import pytest

from footfall.errors import ScenarioError
from footfall.scenario.leaf_records import Text
from footfall.scenario.tree import ListNode, MapNode, parse_tree


def tree(text):
    return parse_tree(text, "x.yaml")


@pytest.mark.parametrize(
    "word",
    [
        "NO",
        "yes",
        "on",
        "true",
        "017",
        "0x1F",
        "1e3",
        "1_000",
        "12:30:45",
        "2026-01-01",
        ".nan",
        "=",
        "Null",
    ],
)
def test_every_scalar_stays_text(word):
    """YAML's own types are not asked: a country is not a boolean, a code not a number."""
    assert tree(f"[{word}]").items[0] == Text(word, tree(f"[{word}]").items[0].at)


@pytest.mark.parametrize(
    ("written", "is_null"),
    [
        ("null", True),
        ("~", True),
        ("", True),
        ('"null"', False),
        ("'~'", False),
        ('""', False),
        ("NULL", False),
    ],
)
def test_only_a_bare_null_is_null(written, is_null):
    """`null`, `~` and nothing are null, unless they are quoted."""
    assert tree(f"a: {written}").get("a").is_null is is_null


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_places_count_from_one(newline, bom):
    """A place is line and column, both from 1, in files with or without a byte order mark, with any line ends."""
    root = tree(bom + newline.join(["# a comment", "people:", "  count:  5", "  list: [a, b]"]))
    people = root.get("people")
    assert (people.at.line, people.at.column) == (3, 3)
    assert str(people.get("count").at) == "x.yaml:3:11"
    assert str(people.get("list").items[1].at) == "x.yaml:4:13"


def test_shapes_are_kept_in_order():
    """Maps keep their written order, and say whether they stand in braces."""
    root = tree("b: 1\na: {d: 1, c: [x]}\n")
    assert root.keys == ["b", "a"]
    assert (root.is_flow, root.get("a").is_flow) == (False, True)
    assert isinstance(root.get("a").get("c"), ListNode)
    assert root.get("nothing") is None


def test_aliases_repeat_what_stands_above():
    """An alias is the anchored node itself."""
    root = tree("a: &x {k: v}\nb: [*x, *x]\n")
    assert root.get("b").items[1] is root.get("a")


def test_an_anchor_within_another_can_be_used_after_it():
    """Anchors may nest, and a name may be anchored anew."""
    root = tree("a: &x [1, &y 2]\nb: [*x, *y]\nc: &x 3\nd: *x\n")
    assert root.get("b").items[1].text == "2"
    assert root.get("d").text == "3"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000_000,
        "{a: " * 2_000_000,
        "- " * 5_000_000,
        "? " * 5_000_000,
        "a: " + "x" * 9_000_000,
        "- x\n" * 300_000,
        "&a " * 1_000_000,
        "'" * 9_000_001,
        "a: &a [x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(30_000)),
    ],
    ids=[
        "brackets",
        "braces",
        "dashes",
        "questions",
        "long text",
        "long list",
        "anchors",
        "quotes",
        "aliases",
    ],
)
def test_hostile_text_is_done_with_quickly(text):
    """Whatever 10 MiB hold, they are a tree or an error within seconds, without a crash."""
    begun = time.process_time()
    try:
        said = type(tree(text)).__name__
    except ScenarioError as error:
        said = str(error)
    assert len(said) < 1000
    assert time.process_time() - begun < 20


def test_a_long_list_without_aliases_is_not_limited():
    """Only aliases are counted: 200,000 values of a file's own are fine."""
    assert len(tree("a: 1\nb:\n" + "  - x\n" * 200_000).get("b").items) == 200_000


def test_a_text_over_10_mib_is_refused():
    """The limit holds for texts as for files."""
    with pytest.raises(ScenarioError, match="larger than 10 MiB"):
        tree("a: " + "ü" * 5_300_000)


def test_all_duplicate_keys_are_told():
    """Every key that stands twice is one problem, with both lines."""
    with pytest.raises(ScenarioError, match="`a` is set twice") as caught:
        tree("a: 1\nb: {c: 1, c: 2}\na: 2\nd: 3\n")
    assert [problem.at.line for problem in caught.value.problems] == [2, 3]


def test_a_null_key_and_the_text_null_are_two_keys():
    """`null` and `"null"` are different values, so they may stand in one map."""
    assert tree('{null: 1, "null": 2}').keys == ["null", "null"]


def test_a_quoted_double_less_than_is_a_key():
    """Only a bare `<<` is a merge key."""
    assert tree('{"<<": 1}').keys == ["<<"]


def test_the_pure_python_parser_gives_the_same(monkeypatch):
    """Without libyaml the tree is the same."""
    text = "a: [1, {b: 'c'}]\nd: |\n  two\n  lines\ne: &x ~\nf: *x\n"
    fast = tree(text)
    monkeypatch.delattr("yaml.CSafeLoader")
    assert tree(text) == fast
    assert isinstance(fast, MapNode)
