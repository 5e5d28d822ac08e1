"""What is read of a corpus of tracking plans: per plan the share of cells, keys and values that arrive.

`python benchmarks/reading.py [NAME …]` reads each plan of `benchmarks/plans/`, then again with one cell, key
or value changed or gone, for each of them. If the plan that comes out is another, that cell was read; if only
what is named as not read is another, it was named; if nothing is, it was lost in silence. A cell that was read
may have been misunderstood: so all that a plan says is held against `plans/expected.txt` too, which people
have looked through (`--write` writes it anew).

What a scenario has no words for (owners, tickets, platforms, properties of accounts) is in `NO_WORDS`; the
share is of all else. Ends with 1 where something is lost, is otherwise than expected, or below 95 %.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from footfall.errors import UsageError
from footfall.scenario.constraints import clauses, count_text
from footfall.tracking_plan.plan import Plan, PlanProperty
from footfall.tracking_plan.readers import read_plan

PLANS = Path(__file__).parent / "plans"
EXPECTED = PLANS / "expected.txt"
WANTED = 0.95
SHEETS = "workbook_of_sheets"
NO_WORDS = (
    r"column (Object owner|Owner|Squad|Jira|Platform|Mock-up|Tags|Labels|Status|Display Name|Responsable|Web|iOS) ",
    r"column Event display name ",
    r"accounts|groups?\b|alias",
    r"which no event has|key tags of|key (vendor|version) of (self|an event)",
    r"sheet .* no title that is known",
)
"""Of what is named as not read: that which no scenario can say."""
STRUCTURE = re.compile(
    r"(^|:)(metadata|self|pagination|data/pagination)\b|"
    r"(^|/|:)(\$schema|id|version|format|identity_section|additional_?[pP]roperties|event_type|oneOf)$|"
    r"(rules|jsonSchema|definitions/\w+)/required/\d+$|properties/name/const$|"
    r"(rules|jsonSchema)/properties/(context|traits)(/type)?$|spec/rules/\d+/type$|oneOf/\d+/\$ref$"
)
"""Of JSON and YAML: ids, versions and envelopes, which hold the rest together and say nothing themselves."""
TWICE = {
    "json_schemas": r"allOf/1/properties/wrap/enum/2$",  # the other half of `allOf` forbids it
    "rudderstack.json": r"battery/type/1$|rules/events/2/name$|rules/events/2/rules/",  # null; named in its kind
    "rudderstack_catalogue": r"spec/properties/3/types/1$|spec/types/1/(name|type|description)$|required$",
    "segment_rules.json": r"data/rules/[23]/key$",
    "snowplow_registry": r"^1-0-0:",  # a newer version is read, which a note says
    "segment_v1.json": r"^group/",
    "mixpanel_lexicon.json": r"results/3/",
}
"""Where nothing follows from a place: it repeats another, is of what is named, or is overruled."""
Reading = tuple[Plan | None, Counter[str], Counter[str]]
"""The plan, what is named as not read, what else is said; no plan where the file is refused."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, key or value of a plan.

    Args:
        changed: Writes the plan anew into a folder, with this place changed in each of some ways, and
            returns its path.
    """

    name: str
    changed: Sequence[Callable[[Path], Path]]


def reading(path: Path) -> Reading:
    """Return what comes out of a file or folder."""
    try:
        plan = read_plan(path)
    except UsageError:
        return None, Counter(), Counter()
    lost = Counter(str(remark) for remark in plan.remarks if remark.kind == "not read")
    return (
        plan,
        lost,
        Counter(str(remark) for remark in plan.remarks if remark.kind != "not read"),
    )


# --- sheets -----------------------------------------------------------------------------------------------------------


def places_of_sheet(path: Path) -> Iterator[Place]:
    """Yield the cells of a CSV file."""
    text = path.read_text(encoding="utf-8")
    sign = ";" if text.splitlines()[0].count(";") > text.splitlines()[0].count(",") else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=sign))

    def written(number: int, column: int, new: str) -> Callable[[Path], Path]:
        def write(folder: Path) -> Path:
            changed = copy.deepcopy(rows)
            changed[number][column] = new
            target = folder / path.name
            with target.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, delimiter=sign).writerows(changed)
            return target

        return write

    filled = Counter(column for row in rows for column, cell in enumerate(row) if cell.strip())
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.strip() and filled[column] > 1:  # a title above nothing carries nothing
                yield Place(cell, [written(number, column, new) for new in others(cell)])


def others(cell: str) -> Iterator[str]:
    """Yield what may stand in a cell's place."""
    yield from ("", f"{cell}zq", "no", "yes", "boolean", "integer", "87")


def places_of_workbook(folder: Path) -> Iterator[Place]:
    """Yield the cells of a folder of CSV files, each of which is a sheet of one workbook."""
    files = sorted(folder.glob("*.csv"))
    for file in files:
        for place in places_of_sheet(file):
            yield Place(place.name, [as_workbook(files, write) for write in place.changed])


def as_workbook(
    files: Sequence[Path], write: Callable[[Path], Path] | None
) -> Callable[[Path], Path]:
    """Return what writes CSV files as the sheets of a workbook, one of them changed."""

    def written(folder: Path) -> Path:
        import openpyxl

        changed = write(folder) if write else None
        book = openpyxl.Workbook()
        book.remove(book.active)
        for file in files:
            sheet = book.create_sheet(file.stem.split(maxsplit=1)[1])
            source = changed if changed and changed.name == file.name else file
            for row in csv.reader(io.StringIO(source.read_text(encoding="utf-8"))):
                sheet.append([cell or None for cell in row])
        target = folder / f"{SHEETS}.xlsx"
        book.save(target)
        return target

    return written


# --- JSON and YAML ----------------------------------------------------------------------------------------------------


def places_of_document(root: Path, file: Path) -> Iterator[Place]:
    """Yield keys and values of a file of JSON or YAML, which is a plan or lies in the folder of one."""
    text = file.read_text(encoding="utf-8")
    tree = json.loads(text) if text.lstrip()[:1] in "{[" else yaml.safe_load(text)

    def written(change: Callable[[Any], None]) -> Callable[[Path], Path]:
        def write(folder: Path) -> Path:
            changed = copy.deepcopy(tree)
            change(changed)
            target = folder / root.name
            if root.is_dir():
                shutil.copytree(root, target)
            inner = target / file.relative_to(root) if root.is_dir() else target
            inner.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
            return target

        return write

    for trail in trails(tree):
        name = "/".join(map(str, trail))
        name = name if file.suffix else f"{file.name}:{name}"
        yield Place(name, [written(change) for change in changes_at(tree, trail)])


def trails(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each key and each value of a list."""
    inner = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in inner:
        is_empty = value is None or value in ("", [], {})
        if not is_empty and (isinstance(tree, dict) or not isinstance(value, dict | list)):
            yield (*above, key)
        yield from trails(value, (*above, key))


def changes_at(tree: Any, trail: tuple[Any, ...]) -> Iterator[Callable[[Any], None]]:
    """Yield what deletes, renames and replaces that to which a way leads."""
    *above, last = trail
    value: Any = tree
    for key in trail:
        value = value[key]

    def parent(changed: Any) -> Any:
        for key in above:
            changed = changed[key]
        return changed

    def delete(changed: Any) -> None:
        del parent(changed)[last]

    def rename(changed: Any) -> None:
        parent(changed)[f"{last}zq"] = parent(changed).pop(last)

    def replace(new: Any) -> Callable[[Any], None]:
        def change(changed: Any) -> None:
            parent(changed)[last] = new

        return change

    yield delete
    if isinstance(last, str):
        yield rename
    yield from map(replace, other_values(value))


def other_values(value: Any) -> Iterator[Any]:
    """Yield what may stand in a value's place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, str):
        yield from (f"{value}zq", "integer", "track")


# --- what became of them ----------------------------------------------------------------------------------------------


def fate(place: Place, before: Reading) -> tuple[str, str]:
    """Return what became of a place, and the remark that names it: `read`, `named`, `lost`."""
    named, is_looked_at = "", False
    for change in place.changed:
        with tempfile.TemporaryDirectory() as folder:
            plan, unread, said = reading(change(Path(folder)))
        if plan != before[0]:
            return "read", ""
        gone = [*(before[1] - unread), *(before[2] - said)]
        named = named or next(iter(gone), "")
        # Only a remark that was not there before: it says the same as another cell does, or
        # what it says is the usual, and another text is told.
        is_looked_at |= bool(unread - before[1] or said - before[2])
    if named:
        return "named", named
    return ("read" if is_looked_at else "lost"), ""


def is_structure(plan: str, place: str) -> bool:
    """Return whether a place says nothing of its own."""
    is_of_document = not plan.endswith(".csv") and plan != SHEETS
    found = STRUCTURE.search(place) or re.search(TWICE.get(plan, "$^"), place)
    return is_of_document and bool(found)


def facts(plan: Plan) -> Iterator[str]:
    """Yield what a plan says, a line each."""
    yield from (
        f"{key}: {text}" for key, text in (("title", plan.title), ("about", plan.about)) if text
    )
    for event in plan.events:
        flags = (
            "optional" * event.is_optional,
            "revenue" * event.has_revenue,
            "identifies" * event.identifies,
        )
        yield " | ".join(
            filter(
                None, (f"{event.category} / {event.name}", event.about, *flags, *event.changes)
            )
        )
        yield from (f"  {line}" for p in event.properties for line in facts_of_property(p))
    yield from (f"user {line}" for p in plan.user_properties for line in facts_of_property(p))
    yield from (
        f"stage {stage.name}: {', '.join(stage.events)} {stage.condition}"
        for stage in plan.stages
    )


def facts_of_property(planned: PlanProperty) -> Iterator[str]:
    """Yield what a plan says of a property, and of its fields."""
    kind = f"list of {planned.item or 'records'}" if planned.type == "list" else planned.type
    constraint = [f"{key} {text}" for key, text in clauses(planned.constraint)]
    constraint += [f"elements {count_text(planned.length)}"] if planned.length else []
    parts = (
        "required" * planned.is_required,
        f"[{'; '.join(planned.values)}]" * bool(planned.values),
        ", ".join(constraint),
        f"e.g. {'; '.join(planned.examples)}" * bool(planned.examples),
        f"start {planned.start}" * bool(planned.start),
        planned.about,
    )
    yield " | ".join(filter(None, (f"{planned.name}: {kind}", *parts)))
    for inner in planned.fields:
        yield from (f"  .{line}" for line in facts_of_property(inner))


def corpus() -> Iterator[tuple[str, Callable[[Path], Path], Callable[[], Iterator[Place]]]]:
    """Yield (name, what writes it into a folder, its places) for each plan."""
    for path in sorted(PLANS.iterdir()):
        if path == EXPECTED or path.name.startswith("."):
            continue
        if path.name == SHEETS:
            files = sorted(path.glob("*.csv"))
            yield (
                path.name,
                as_workbook(files, None),
                lambda path=path: places_of_workbook(path),
            )
        elif path.suffix == ".csv":
            yield path.name, lambda _, path=path: path, lambda path=path: places_of_sheet(path)
        else:
            inner = (
                sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            )
            yield (
                path.name,
                lambda _, path=path: path,
                lambda path=path, inner=inner: (
                    p for file in inner for p in places_of_document(path, file)
                ),
            )


def expected() -> dict[str, list[str]]:
    """Return the lines of each plan in the file of what is expected."""
    found: dict[str, list[str]] = {}
    for line in EXPECTED.read_text(encoding="utf-8").splitlines() if EXPECTED.exists() else ():
        if line.startswith("## "):
            found[line[3:]] = []
        elif found:
            found[list(found)[-1]].append(line)
    return {name: [line for line in lines if line] for name, lines in found.items()}


def main(arguments: Sequence[str]) -> int:
    """Print the table, and return the exit code."""
    wanted = [name for name in arguments if not name.startswith("--")]
    known, now = expected(), {}
    total: Counter[str] = Counter()
    print(
        f"{'plan':32} {'places':>6} {'read':>5} {'named':>5} {'no word':>7} {'lost':>4} {'share':>7}"
    )
    is_right = True
    for name, write, places in corpus():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            before = reading(write(Path(folder)))
        if before[0] is None:
            print(f"{name:32} refused")
            is_right = False
            continue
        now[name] = [line for text in facts(before[0]) for line in text.split("\n")]
        fates: Counter[str] = Counter()
        for place in places():
            what, remark = fate(place, before)
            has_no_word = what == "named" and any(re.search(w, remark) for w in NO_WORDS)
            if has_no_word or (what == "lost" and is_structure(name, place.name)):
                what = "no word"
            fates[what] += 1
            if what == "lost" or "--all" in arguments:
                print(f"    {what}: {place.name!r} {remark}")
        total += fates
        is_right &= show(name, fates) and not fates["lost"]
        if "--write" not in arguments and now[name] != known.get(name):
            print(
                f"    otherwise than expected: {sorted(set(now[name]) ^ set(known.get(name, [])))[:6]}"
            )
            is_right = False
    is_right &= show("all", total)
    if "--write" in arguments:
        text = "\n".join(
            "\n".join((f"## {name}", *lines, "")) for name, lines in (known | now).items()
        )
        EXPECTED.write_text(text, encoding="utf-8")
    return 0 if is_right else 1


def show(name: str, fates: Counter[str]) -> bool:
    """Print a row, and return whether enough was read."""
    n_said = fates["read"] + fates["named"] + fates["lost"]
    share = fates["read"] / max(n_said, 1)
    print(
        f"{name:32} {fates.total():6} {fates['read']:5} {fates['named']:5} {fates['no word']:7} "
        f"{fates['lost']:4} {share:7.1%}"
    )
    return share >= WANTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
