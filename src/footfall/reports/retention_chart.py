"""The chart of retention: the share of newcomers who came back, with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.reports.charts import ACCENT, Spec, chart, points
from footfall.reports.retention import Retention
from footfall.text import percent, span


def curve(retention: Retention, width: int) -> Spec:
    """Describe the share of all newcomers who came back, bracket by bracket, with 95 % intervals."""
    rows = list(_rows(retention))
    x = {
        "field": "day",
        "type": "quantitative",
        "title": "days after the first",
        "axis": {"values": [row["day"] for row in rows], "grid": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": "% of newcomers",
        "axis": {"labelExpr": "format(100 * datum.value, '~g')", "tickCount": 5},
        "scale": {"zero": True},
    }
    band = {
        "data": {"values": rows},
        "mark": {"type": "area", "color": ACCENT, "fillOpacity": 0.2, "aria": False},
        "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "data": {"values": rows},
        "mark": {"type": "line", "color": ACCENT, "aria": False},
        "encoding": {"x": x, "y": y},
    }
    return chart(width, 220, [band, line, points(rows, {"x": x, "y": y}, {"value": ACCENT})])


def _rows(retention: Retention) -> Iterator[Spec]:
    for bracket, retained in zip(retention.brackets, retention.whole.retained, strict=True):
        if retained.share is None or retained.interval is None:
            continue
        low, high = retained.interval.low, retained.interval.high
        tip = (
            f"{bracket.name}: {percent(retained.share)} % ({span(100 * low, 100 * high, 1)}) "
            f"of {retained.of:,}"
        )
        yield {
            "day": bracket.first,
            "share": retained.share,
            "low": low,
            "high": high,
            "tip": tip,
        }
