"""The streams whose bytes are pinned, what they are now, and what was recorded.

The ids in a stream begin with digits of the stream's identity, and that holds the version of the tzdata package: with a
newer package every id is another one, though nobody's life has changed. So the digests of the tables are taken with
those first digits replaced (after a look that each id begins with them), and the identity is pinned by itself, computed
for a tzdata version that never was. What is left of time zones in the tables is what they do: the offsets of the days
of the run, which no newer package should change; they have a digest of their own, so that it shows if one does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import footfall
from footfall.compiler import stream_id
from footfall.data.chunk import Chunk
from footfall.data.stream import Stream
from footfall.data.tallies import Tallies
from footfall.scenario import load_shipped
from footfall.units import HOUR_MS, zones
from tests.golden.canonical import digest_of_table, digest_of_tallies

DIGESTS = Path(__file__).with_name("digests.json")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
HEADING = "Output changed for the same seed"
COMMAND = "python -m tests.golden.refresh"

ORDERS = {
    "events": ("person", "insert_id"),
    "changes": ("person", "sequence"),
    "arrivals": ("person",),
}
ID_DIGITS = {"insert_id": 8, "user_id": 6, "device_id": 6}
"""With how many digits of the stream's identity an id begins."""
NO_TZDATA = "none"


@dataclass(frozen=True)
class Case:
    """A stream that is pinned: large enough that every effect, refunds and later journeys happen in it."""

    scenario: str
    people: int
    seed: int

    @property
    def name(self) -> str:
        """What it is called in the file of digests and in messages."""
        return f"{self.scenario}, {self.people} people, seed {self.seed}"


CASES = [
    Case(scenario, people, seed)
    for scenario, people in (("ecommerce", 1500), ("online_school", 3000))
    for seed in (1, 7)
]


def recorded() -> dict:
    """Return what was recorded: for which output version, what the changelog told of it, and the digests."""
    return json.loads(DIGESTS.read_text(encoding="utf-8"))


def measured(case: Case) -> dict[str, str]:
    """Simulate a stream and return what is pinned of it: thing → digest."""
    return digests(
        list(footfall.simulate(case.scenario, people=case.people, seed=case.seed)),
        case.scenario,
    )


def digests(chunks: list[Chunk], scenario: str) -> dict[str, str]:
    """Return what is pinned of some chunks, however they were cut: thing → digest."""
    of = chunks[0].stream
    tallies = Tallies.empty()
    for chunk in chunks:
        tallies.add(chunk.tallies)
    found = {
        name: digest_of_table(
            [without_identity(_recorded(c, name), of.id, c.run) for c in chunks], order
        )
        for name, order in ORDERS.items()
    }
    return found | {
        "tallies": digest_of_tallies(tallies),
        "identity": stream_id.stream_id(
            stream_id.scenario_hash(load_shipped(scenario)), of.start_ms, of.seed, NO_TZDATA
        ),
        "offsets": _offsets(of, chunks),
    }


def _recorded(chunk: Chunk, name: str) -> pa.Table:
    """Return a table with the columns that are pinned: `home` follows from the city, and came later."""
    table = getattr(chunk, name)
    return table.drop_columns([c for c in ("home",) if c in table.column_names])


def without_identity(table: pa.Table, identity: str, run: str) -> pa.Table:
    """Return a table with every id as in a stream whose identity is all zeros."""
    for name in set(table.column_names) & {*ID_DIGITS, "run"}:
        digits = ID_DIGITS.get(name, 0)
        texts = table[name].cast(pa.string())
        if name == "run":
            begins = pc.equal(texts, run)
            texts = pc.if_else(pc.is_null(texts), texts, "run")
        else:
            begins = pc.starts_with(texts, identity[:digits] + "-")
            texts = pc.binary_join_element_wise(
                "0" * digits, pc.utf8_slice_codeunits(texts, digits), ""
            )
        assert pc.all(begins.drop_null()).as_py() is not False, (
            f"{name} does not begin with the stream's identity"
        )
        number = table.column_names.index(name)
        table = table.set_column(number, table.schema.field(name).with_type(pa.string()), texts)
    return table


def _offsets(of: Stream, chunks: list[Chunk]) -> str:
    """Return a digest of the offsets from UTC in every time zone where somebody lives, hour by hour of the run."""
    names = sorted(
        {
            name
            for chunk in chunks
            for name in pc.unique(chunk.arrivals["time_zone"]).to_pylist()
        }
    )
    hours = range(of.start_ms, max(chunk.part.until_ms for chunk in chunks), HOUR_MS)
    text = repr([(name, [zones.offset_ms(name, hour) for hour in hours]) for name in names])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def what_changed(case: Case, was: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return a line for each thing of a stream that is not as it was."""
    return [
        f"{case.name}: {thing}: {was.get(thing, 'not recorded')} -> {now[thing]}"
        for thing in now
        if was.get(thing) != now[thing]
    ]


def differences(cases: list[Case] | None = None) -> list[str]:
    """Return a line for each thing that is not as recorded; no line if every stream is what it was."""
    pinned = recorded()["streams"]
    return [
        line
        for case in cases or CASES
        for line in what_changed(case, pinned.get(case.name, {}), measured(case))
    ]


def advice(changed: list[str]) -> str:
    """Return what to do about streams that changed."""
    of = recorded()
    lines = ["The same seed gives another stream than was recorded:", *changed]
    if any(": offsets: " in line for line in changed):
        lines.append(
            f"Time zones have other offsets: recorded with tzdata {of['tzdata']}, here is {zones.version()}."
        )
    return "\n  ".join(lines) + (
        f"\nIf that is meant: raise OUTPUT_VERSION in src/footfall/compiler/stream_id.py ({of['output_version']} was"
        f" recorded, it is {stream_id.OUTPUT_VERSION}; once per release is enough),\n"
        f'  write a line in CHANGELOG.md under "{HEADING}" of what is not released yet,\n'
        f"  then: {COMMAND}\n"
        "If it is not meant: something changed a draw, an order or a value. Find it; do not record it."
    )


def told() -> list[str]:
    """Return what the changelog tells, of what is not released yet, about changed output: line by line."""
    unreleased = CHANGELOG.read_text(encoding="utf-8").split("\n## ")[1]
    if not unreleased.startswith("[Unreleased]"):
        return []
    section = unreleased.partition(f"### {HEADING}\n")[2].partition("\n###")[0]
    return [
        line
        for line in section.splitlines()
        if line.startswith("- ") and not line.startswith("- Nothing")
    ]
