"""One word for one thing: retired words do not come back, and a docstring's first sentence names its thing."""

import re

from tests.architecture.source import PACKAGE, ROOT, docstrings, modules

RETIRED = {
    "desk": "delivery log",
    "courier": "HTTP sender",
    "shelf": "event store",
    "crowd": "live population",
    "parcel": "batch",
    "lane": "person queue",
    "leash": "owner link",
    "heed": "stop on",
    "heeding": "Stoppable",
    "foretell": "forecast",
    "foretelling": "Forecasts",
    "foretold": "forecast",
}
"""Word → the glossary's; whole words, in any case, in the singular and the plural."""
EXCEPTIONS = {
    (
        "src/footfall/diagrams/svg.py",
        "shelf",
    ): "rows of a packing are called shelves by its field",
}
PAGES = (
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
RIDDLE = re.compile(
    r"(Return )?(What|Who|Whom|Whose|Which|How|Where|Up to when)\b|[^\n]*, of wh"
)


def words_of(text: str) -> set[str]:
    """Return the retired words of a text; names are read word by word: `of_crowd`, `LiveCrowd`."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ").lower()
    found = set(re.findall(r"[a-z]+", apart))
    return {
        word for word in RETIRED if found & {word, f"{word}s", word.replace("shelf", "shelves")}
    }


def test_retired_words_do_not_come_back():
    """Code, docstrings, comments and documents use the glossary's words; no exception is stale."""
    files = [*(PACKAGE / path for path in modules()), *PAGES]
    found = {
        (str(file.relative_to(ROOT)), word)
        for file in files
        for word in words_of(file.read_text())
    }
    assert {place: f"write: {RETIRED[place[1]]}" for place in found - EXCEPTIONS.keys()} == {}
    assert EXCEPTIONS.keys() - found == set()


def test_first_sentences_name_the_thing():
    """A docstring begins with a noun or a verb, not with What, Who, Which, How or Where."""
    riddles = [
        f"{path} {name}: {text.splitlines()[0]}"
        for path, tree in modules().items()
        for name, text in docstrings(tree)
        if RIDDLE.match(text)
    ]
    assert riddles == []
