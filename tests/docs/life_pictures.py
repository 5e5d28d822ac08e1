"""The pictures of `docs/lifelike.md`: how people of the frozen shop of 0.1.0 behave, and those of the shop of now.

`python -m tests.docs.life_pictures` writes their numbers and draws them; a test compares the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import footfall
from footfall.units import DAY_MS, HOUR_MS, MINUTE_MS

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
NUMBERS = Path(__file__).with_name("life.json")
SHOPS = {
    "0.1.0": ROOT / "benchmarks" / "frozen" / "0.1.0" / "ecommerce.yaml",
    "now": "ecommerce",
}
PEOPLE, DAYS = 3000, 60
GAP_MS = 30 * MINUTE_MS
SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]
# Bins of equal width on a log axis, from a second to 60 days.
GAPS_MS = np.logspace(3, np.log10(DAYS * DAY_MS), 41).round().astype(np.int64)
N_HEAVY = 3
COLOURS = {"0.1.0": "#9aa4ad", "now": "#2563a8"}
TITLES = {
    "days": "Visits per day",
    "sizes": "Visits with at least so many events",
    "gaps": "Time from one event of a person to the next",
    "hours": "When three busy people come",
}

Numbers = dict[str, dict[str, list[Any]]]


def file_of(name: str) -> str:
    """Return the name of a picture's file."""
    return f"life-{name}.svg"


def measured() -> Numbers:
    """Return the numbers of all pictures: picture → shop → values."""
    found: Numbers = {name: {} for name in TITLES}
    for shop, scenario in SHOPS.items():
        persons, times, start_ms = _events(scenario)
        gaps = np.diff(times)
        is_same = np.diff(persons) == 0
        begins = np.append(True, ~is_same | (gaps > GAP_MS))
        edges = np.append(np.flatnonzero(begins), len(persons))
        sizes = np.diff(edges)
        days = (times[begins] - start_ms) // DAY_MS
        found["days"][shop] = np.bincount(days, minlength=DAYS).tolist()
        found["sizes"][shop] = [int((sizes >= size).sum()) for size in SIZES]
        found["gaps"][shop] = np.histogram(gaps[is_same], GAPS_MS)[0].tolist()
        found["hours"][shop] = list(_hours(persons[begins], times[begins]))
    return found


def _events(scenario: Path | str) -> tuple[Any, Any, int]:
    persons, times, starts = [], [], []
    for chunk in footfall.simulate(scenario, people=PEOPLE, days=DAYS):
        persons.append(chunk.events["person"].to_numpy())
        starts.append(chunk.part.from_ms)
        times.append(chunk.events["time"].cast("timestamp[ms]").cast("int64").to_numpy())
    order = np.lexsort((np.concatenate(times), np.concatenate(persons)))
    return np.concatenate(persons)[order], np.concatenate(times)[order], min(starts)


def _hours(persons: Any, times: Any) -> Iterator[list[int]]:
    """Yield visits by hour, UTC, of those with most of them."""
    counts = np.bincount(persons)
    for person in np.lexsort((np.arange(len(counts)), -counts))[:N_HEAVY]:
        hours = times[persons == person] % DAY_MS // HOUR_MS
        yield np.bincount(hours, minlength=24).tolist()


def _rows(name: str, numbers: Numbers) -> Iterator[dict[str, Any]]:
    for shop, values in numbers[name].items():
        if name == "hours":
            for nth, hours in enumerate(values):
                for hour, visits in enumerate(hours):
                    yield {
                        "shop": shop,
                        "person": f"person {nth + 1}",
                        "x": hour,
                        "y": visits / max(sum(hours), 1),
                    }
            continue
        at = {
            "days": range(1, DAYS + 1),
            "sizes": SIZES,
            "gaps": (GAPS_MS[:-1] / 1000).tolist(),
        }[name]
        whole = {"days": 1, "sizes": values[0], "gaps": sum(values)}[name]
        for x, value in zip(at, values, strict=False):
            if value or name == "days":
                yield {"shop": shop, "x": x, "y": value / whole}


def specification(name: str, numbers: Numbers) -> dict[str, Any]:
    """Return a picture as a Vega-Lite specification."""
    log = {"type": "log"}
    axes = {
        "days": ({"title": "day"}, {"title": "visits"}),
        "sizes": (
            {"title": "events in the visit", "scale": log},
            {"title": "share of visits", "scale": log, "axis": {"format": "~%"}},
        ),
        "gaps": (
            {
                "title": "time",
                "scale": log,
                "axis": {
                    "values": [1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000],
                    "labelExpr": "{'1':'1 s','10':'10 s','60':'1 min','600':'10 min','3600':'1 h','21600':'6 h',"
                    "'86400':'1 day','604800':'7 days','2592000':'30 days'}[datum.value]",
                },
            },
            {"title": "share of all", "axis": {"format": "%"}},
        ),
        "hours": ({"title": "hour, UTC"}, {"title": None, "axis": None}),
    }
    x, y = axes[name]
    colour = {
        "field": "shop",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
    }
    encoding: dict[str, Any] = {
        "x": {"field": "x", "type": "quantitative", **x},
        "y": {"field": "y", "type": "quantitative", **y},
        "color": colour,
    }
    spec: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": TITLES[name],
        "background": "white",
        "data": {"values": list(_rows(name, numbers))},
        "mark": {"type": "line", "interpolate": "linear", "strokeWidth": 2},
        "encoding": encoding,
        "width": 620,
        "height": 240,
    }
    if name == "hours":
        encoding["row"] = {"field": "shop", "type": "nominal", "title": None}
        encoding["column"] = {"field": "person", "type": "nominal", "title": None}
        encoding["x"]["type"] = "ordinal"
        encoding["x"]["axis"] = {"values": [0, 6, 12, 18], "labelAngle": 0}
        encoding["color"] = {**colour, "legend": None}
        spec |= {"mark": {"type": "bar"}, "width": 190, "height": 80}
    return spec


def main() -> None:
    """Write the numbers and draw the pictures."""
    import vl_convert

    numbers = measured()
    NUMBERS.write_text(json.dumps(numbers) + "\n", encoding="utf-8")
    for name in TITLES:
        svg = vl_convert.vegalite_to_svg(specification(name, numbers), allowed_base_urls=[])
        (PICTURES / file_of(name)).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
