"""The corpus of plans that `benchmarks/reading.py` measures: what they say is what was looked through."""

from pathlib import Path

import pytest

from benchmarks.reading import (
    PLANS,
    SHEETS,
    corpus,
    expected,
    facts,
    fate,
    places_of_sheet,
    reading,
)

CORPUS = {name: write for name, write, _ in corpus()}


@pytest.mark.parametrize("name", CORPUS)
def test_a_plan_of_the_corpus_says_what_is_expected(name, tmp_path):
    """Events, properties, types, constraints and people's properties are as the file of expected facts has them."""
    if name == SHEETS:
        pytest.importorskip("openpyxl")
    plan, _, _ = reading(CORPUS[name](tmp_path))
    assert [line for text in facts(plan) for line in text.split("\n")] == expected()[name]


@pytest.mark.parametrize(
    "name", ["segment_download.csv", "parameters_below_row_5.csv", "ranges.csv"]
)
def test_no_cell_is_lost_in_silence(name):
    """Whichever cell of a sheet is changed or emptied: the plan that is read is another, or what it names is."""
    before = reading(PLANS / name)
    lost = [
        place.name
        for place in places_of_sheet(PLANS / name)
        if fate(place, before)[0] == "lost"
    ]
    assert lost == []


def test_the_corpus_is_whole():
    """Each plan has its expected facts, and the other way round."""
    assert sorted(expected()) == sorted(CORPUS)
    assert all((Path(PLANS) / name).exists() for name in CORPUS)
