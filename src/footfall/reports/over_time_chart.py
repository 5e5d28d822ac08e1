"""The charts of a run over time: a small one per measure."""

from __future__ import annotations

from typing import Any

from footfall.reports.charts import ACCENT, CONFIG, MUTED, TIP, WIDE, Spec
from footfall.reports.over_time import OverTime
from footfall.text import clean, count, money


def days(over_time: OverTime, width: int) -> Spec:
    """Describe newcomers, active people, visits, events and revenue per day."""
    scale = 10**over_time.minor_digits
    currency = clean(over_time.currency)
    measures = {
        "newcomers": [day.newcomers for day in over_time.days],
        "active people": [day.active for day in over_time.days],
        "active in 7 days": [day.active_7 for day in over_time.days],
        "visits": [day.visits for day in over_time.days],
        "events": [day.events for day in over_time.days],
        currency: [day.revenue for day in over_time.days],
    }
    columns = 3 if width == WIDE else 1
    each = width // columns - 56
    return {
        "config": CONFIG,
        "columns": columns,
        "bounds": "flush",
        "spacing": {"row": 70, "column": 56},
        "concat": [
            _measure(over_time, name, numbers, scale if name == currency else 1, each)
            for name, numbers in measures.items()
        ],
    }


def _measure(
    over_time: OverTime, name: str, numbers: list[int], scale: int, width: int
) -> Spec:
    values = []
    for day, number in zip(over_time.days, numbers, strict=True):
        shown = count(number) if scale == 1 else money(number, over_time.minor_digits)
        at = over_time.date(day)
        values.append({"date": at, "number": number / scale, "tip": f"{at}: {shown} {name}"})
    x, y = _axes(values)
    line = {
        "mark": {
            "type": "area",
            "line": {"color": ACCENT},
            "color": ACCENT,
            "fillOpacity": 0.15,
            "aria": False,
        },
        "encoding": {"x": x, "y": y},
    }
    marks = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0, "color": ACCENT},
        "encoding": {"x": x, "y": y, "description": TIP},
    }
    return {
        "title": {"text": name, "frame": "group"},
        "width": width,
        "height": 90,
        "data": {"values": values},
        "layer": [line, marks],
    }


def _axes(values: list[dict[str, Any]]) -> tuple[Spec, Spec]:
    """Describe an axis that names its first and last day only, and one of the numbers."""
    x = {
        "field": "date",
        "type": "temporal",
        "title": None,
        # Else dates would be shifted by the time zone of the machine that draws.
        "scale": {"type": "utc"},
        "axis": {
            "values": [each["date"] for each in (*values[:1], *values[1:][-1:])],
            "format": "%-d %b",
            "grid": False,
            "labelFlush": True,
        },
    }
    y = {
        "field": "number",
        "type": "quantitative",
        "title": None,
        "axis": {"tickCount": 3, "labelExpr": "format(datum.value, '~s')", "labelColor": MUTED},
        "scale": {"zero": True},
    }
    return x, y
