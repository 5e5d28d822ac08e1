"""ARCHITECTURE.md says what is so: its tree, its layers and its table of libraries are held against the source."""

import re
import tomllib
from collections import defaultdict

from tests.architecture.source import PACKAGE, ROOT, libraries, modules, part_of

PAGE = (ROOT / "ARCHITECTURE.md").read_text()
ONLY_FOR_TESTS = {"pytest"}  # sinks/conformance is a suite that other packages run


def test_the_tree_lists_every_folder_and_file():
    """Below src/footfall/ stand the folders and files that are there, each with a line that says what it is."""
    tree = PAGE.split("\nsrc/footfall/\n")[1].split("\n```")[0]
    lines = [re.fullmatch(r"  (\S+?)(/|\.py) +(\S.*)", line) for line in tree.splitlines()]
    assert all(lines), "a line is a name and, behind it, what it is"
    listed = [line[1] + line[2] for line in lines]
    there = {
        path.name + ("/" if path.is_dir() else "")
        for path in PACKAGE.iterdir()
        if path.suffix in {"", ".py"} and not path.name.startswith("_")
    }
    assert sorted(listed) == sorted(there)


def test_layers_are_those_of_the_contract():
    """The sentence that begins with **Layers** names the layers of import-linter's contract, from the top down."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [c for c in config["contracts"] if c["type"] == "layers"]
    wanted = [
        {name.strip(" ()").removeprefix("footfall.") for name in layer.split("|")}
        for layer in contract["layers"]
    ]
    sentence = PAGE.split("\n**Layers**")[1].split("pyproject.toml`): ")[1].split(". ")[0]
    told = [
        {name.strip(" `") for name in layer.split("|")}
        for layer in sentence.replace("\n", " ").split("→")
    ]
    assert told == wanted


def test_every_part_has_a_layer():
    """No folder and no file of the package escapes the contract of layers; the scenarios are data."""
    config = (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0]
    parts = {part_of(path) for path in modules()} - {"__init__", "__main__"}
    assert {part for part in parts if f"footfall.{part}" not in config} == set()


def test_libraries_are_imported_where_the_table_says():
    """A library is imported from the parts that its row names, and from each of them; each library has a row."""
    table = PAGE.split("| library | may be imported by |\n| --- | --- |\n")[1].split("\n\n")[0]
    listed = {}
    for row in table.splitlines():
        names, parts = (cell.strip() for cell in row.strip("|").split("|"))
        listed |= {name: set(re.findall(r"`(\w+)`", parts)) for name in names.split(", ")}
    found = defaultdict(set)
    for path, tree in modules().items():
        for library in libraries(tree) - ONLY_FOR_TESTS:
            found[library].add(part_of(path))
    assert dict(found) == listed
