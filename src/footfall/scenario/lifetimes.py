"""Builds how long people stay."""

from __future__ import annotations

from itertools import pairwise

from footfall.errors import shown
from footfall.scenario.forms import MapEntry
from footfall.scenario.leaf_records import Survival
from footfall.scenario.picks import percent
from footfall.scenario.reader import Fields, Reader, builds


@builds("lifetime")
def _lifetime(reader: Reader, fields: Fields) -> Survival:
    written: list[MapEntry] = fields.get("survival")
    points = sorted(written, key=lambda point: point.name)
    for before, after in pairwise(points):
        if before.name == after.name:
            message = f"`survival` has {shown(before.key.text)} and {shown(after.key.text)}, which are one time"
            reader.note(after.key.at, message, "one share per time")
        elif before.value < after.value:
            reader.note(
                after.key.at,
                f"`survival` rises from {percent(before.value)} after {before.key.text} "
                f"to {percent(after.value)} after {after.key.text}",
                "shares that never rise: who has left for good does not come back",
                "retention on a day may rise, by habits of visits; survival is who is still to come",
            )
    return Survival(tuple((point.name, point.value) for point in points), fields.at)
