"""Measures what the tests would notice: how many small mistakes in the code make a test fail.

    python benchmarks/mutants.py [--mutants 200] [--seed 1] [--minutes 50] [--kept FOLDER]

A mutant is the code with one place turned into its neighbour: `<` into `<=`, `+` into `-`, `and` into `or`, a condition
into its opposite, a number into the next one, `minimum` into `maximum`. Places are drawn by a seed from `sim`,
`reports`, `store` and `data`. The tests nearest to them run once, to see which functions each calls; of each mutant
those run that call the function it lies in, and others of their files, for at most 40 seconds, until the first one
fails. Golden digests are left out: they notice any change of the output, and say nothing of what is right. What was
tried is kept, so that it goes on where it was stopped; delete it after a change of the code.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from covering_tests import Covering, covering, first_failure, warm_up
from mutant_places import ROOT, Place, mutant, places_of

PACKAGES = ("sim", "reports", "store", "data")
COPIED = ("src", "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "CHANGELOG.md")
MOST_TESTS_S = 40
"""Tests of a mutant take so long together, when nothing else works."""
LIVES, UNCALLED = "LIVES", "LIVES, since no test calls it"


def main() -> None:
    """Try mutants, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument(
        "--kept", type=Path, default=Path(tempfile.gettempdir(), "footfall-mutants")
    )
    given = parser.parse_args()
    places = [place for file in _files() for place in places_of(file)]
    drawn = random.Random(given.seed).sample(places, min(given.mutants, len(places)))
    given.kept.mkdir(parents=True, exist_ok=True)
    file = given.kept / "outcomes.json"
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
    end = time.monotonic() + 60 * given.minutes
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        _copy(copy)
        tests = _covering(copy, given.kept / "tests.json")
        for place in drawn:
            key = f"{place.file}:{place.line} {place.what} #{place.number}"
            if key not in kept and time.monotonic() < end:
                kept[key] = _outcome(place, copy, tests)
                print(f"{kept[key]:<60} {key}", flush=True)
                file.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    _print(places, kept)


def _files() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / "src/footfall" / package).rglob("*.py")):
            # The suite for any sink is a test itself.
            if "conformance" not in path.parts:
                yield str(path.relative_to(ROOT))


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)


def _covering(copy: Path, file: Path) -> Covering:
    if not file.exists():
        made = covering(copy, PACKAGES)
        print(f"{len(made.seconds):,} tests call {len(made.callers):,} functions", flush=True)
        file.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return Covering(**json.loads(file.read_text("utf-8")))


def _outcome(place: Place, copy: Path, covering: Covering) -> str:
    """Return the test that has noticed a mutant, or that it lives."""
    functions = (
        covering.functions(place.file)
        if place.function is None
        else [f"{place.file}:{place.function}"]
    )
    tests = covering.tests(functions, f"test_{Path(place.file).stem}.py", MOST_TESTS_S)
    if not tests:
        return UNCALLED
    target = copy / place.file
    target.write_text(mutant(place), encoding="utf-8")
    # Code that was compiled before would be taken for that of the mutant, if both are as long and of the same second.
    for compiled in target.parent.glob(f"__pycache__/{target.stem}.*.pyc"):
        compiled.unlink()
    try:
        return first_failure(copy, tests) or LIVES
    finally:
        shutil.copy2(ROOT / place.file, target)


def _print(places: list[Place], kept: dict[str, str]) -> None:
    tried: Counter[str] = Counter()
    alive: Counter[str] = Counter()
    for key, outcome in kept.items():
        package = Path(key).parts[2]
        tried[package] += 1
        alive[package] += outcome.startswith(LIVES)
    print(f"\n{len(places):,} places; {tried.total()} mutants tried, {alive.total()} live")
    for package in PACKAGES:
        print(f"{package}: {tried[package]} tried, {alive[package]} live")


if __name__ == "__main__":
    main()
