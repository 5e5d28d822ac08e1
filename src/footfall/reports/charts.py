"""The charts of a report as Vega-Lite specifications; `inline_svg.py` draws them.

Colours are the variables of the page's style, so that a chart turns dark with the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from footfall.reports.curves import Days, HourlyCurve, Hours
from footfall.reports.people_groups import PeopleGroup, PeopleGroups
from footfall.reports.stages import StageCounts, Stages
from footfall.text import clean, count, mean, percent

WIDE, NARROW = 880, 350
"""Widths in px: about those of the page's column on a wide screen, and on a phone of 390 px."""
MOST_CITIES = 50
MOST_POINTS = 60
"""Per line: each is an element with a tooltip, of which a year would have 365 per stage."""
LETTER_PX = 7.4
"""A letter of labels, generously; which font the reader has is not known here."""
INK, MUTED, GRID, ACCENT, PALE, GOAL = (
    f"var(--{name})" for name in ("ink", "muted", "grid", "accent", "pale", "goal")
)
LINES = [f"var(--line-{i})" for i in range(1, 7)]
FURTHER, HERE = "went further", "now here"
TIP: dict[str, Any] = {"field": "tip", "type": "nominal"}
"""Encoding of the sentence that a mark stands for; it becomes a tooltip."""

Spec = dict[str, Any]

CONFIG: Spec = {
    "background": None,
    "font": "system-ui, -apple-system, 'Segoe UI', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "axisY": {"labelColor": INK},
    "text": {"color": INK, "fontSize": 12},
    "legend": {
        "labelColor": INK,
        "labelFontSize": 12,
        "title": None,
        "orient": "top",
        "symbolType": "square",
    }
    | {"columnPadding": 28, "labelLimit": 150, "symbolStrokeWidth": 0},
    "title": {"color": INK, "fontSize": 12, "fontWeight": 600, "anchor": "start", "offset": 6}
    | {"subtitleColor": MUTED, "subtitleFontSize": 12},
}


def funnel(stages: Stages, width: int) -> Spec:
    """Describe how many people reached each stage, and how many of them stand there."""
    labels = [_funnel_label(stages, stage) for stage in stages.stages]
    names = _names(labels, "stage", width)
    # The count stands behind its bar, and Vega cuts at the edge: so the axis goes on beyond the longest bar, as far
    # as the longest label needs.
    bars = width - names["minExtent"]
    longest = LETTER_PX * max(len(label["label"]) for label in labels) + 12
    end = stages.people * bars / (bars - longest)
    x = {
        "field": "people",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, end]},
    }
    # Without `sort: None` Vega would put the stages in alphabetical order.
    y = {"field": "stage", "type": "nominal", "sort": None, "title": None, "axis": names}
    text = {
        "data": {"values": labels},
        "mark": {"type": "text", "align": "left", "dx": 8, "aria": False},
        "encoding": {"x": x, "y": y, "text": {"field": "label"}},
    }
    return chart(width, 34 * len(stages.stages), [_funnel_bars(stages, x, y), text])


def _funnel_label(stages: Stages, stage: StageCounts) -> Spec:
    share = f"{percent(stages.share(stage.reached))} %"
    return {
        "stage": clean(stage.name),
        "people": stage.reached,
        "label": f"{count(stage.reached)} · {share}",
    }


def _funnel_bars(stages: Stages, x: Spec, y: Spec) -> Spec:
    """Describe a bar per stage, in two parts that are stacked."""
    rows = [row for stage in stages.stages for row in _funnel_parts(stage)]
    colours = {"domain": [FURTHER, HERE], "range": [ACCENT, PALE]}
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 22},
        "encoding": {
            "x": x | {"stack": "zero"},
            "y": y,
            "color": {"field": "part", "type": "nominal", "scale": colours},
            # By the alphabet, backwards: who went further comes first.
            "order": {"field": "part", "sort": "descending"},
            "description": TIP,
        },
    }


def _funnel_parts(stage: StageCounts) -> Iterator[Spec]:
    name = clean(stage.name)
    for part, people in ((FURTHER, stage.reached - stage.standing), (HERE, stage.standing)):
        tip = f"{name}: {count(people)} {part}, of {count(stage.reached)} who reached it"
        yield {"stage": name, "part": part, "people": people, "tip": tip}


def days(days: Days, goal: str, width: int) -> Spec:
    """Describe people who had reached a stage by the end of each day, a chart per stage."""
    columns = 4 if width == WIDE else 2
    each = width // columns - 46
    charts = [
        _stage_days(days, name, counts, GOAL if name == goal else ACCENT, each)
        for name, counts in zip(days.stages, days.reached, strict=True)
    ]
    return side_by_side(charts, columns, {"row": 76, "column": 46})


def side_by_side(charts: list[Spec], columns: int, spacing: Spec) -> Spec:
    """Return small charts in rows of so many, px between them."""
    return {
        "config": CONFIG,
        "columns": columns,
        "bounds": "flush",
        "spacing": spacing,
        "concat": charts,
    }


def _stage_days(days: Days, name: str, counts: Sequence[int], colour: str, width: int) -> Spec:
    name = clean(name)
    values = [
        {
            "date": days.date(day),
            "people": people,
            "tip": f"{name}, {days.date(day)}: {count(people)} people",
        }
        for day, people in enumerate(counts)
    ]
    title = {"text": name, "subtitle": count(counts[-1]), "frame": "group", "limit": width}
    return day_chart(title, values, _people_axis(max(counts[-1], 1)), colour, width)


def day_chart(title: Spec, values: list[Spec], y: Spec, colour: str, width: int) -> Spec:
    """Describe a small chart of one number per day.

    Args:
        values: Of the days in order: `date`, the field of the axis, and the `tip` of its point.
        y: The axis of the number.
    """
    step = max(1, -(-len(values) // MOST_POINTS))
    x = _date_axis([row["date"] for row in values])
    return {
        "title": title,
        "width": width,
        "height": 90,
        "layer": [
            {
                "data": {"values": values},
                "mark": {
                    "type": "area",
                    "line": {"color": colour},
                    "color": colour,
                    "fillOpacity": 0.15,
                    "aria": False,
                },
                "encoding": {"x": x, "y": y},
            },
            # Thinned out from the end, so that the last day always has its point.
            points(values[::-1][::step], {"x": x, "y": y}, {"value": colour}),
        ],
    }


def _date_axis(dates: Sequence[str]) -> Spec:
    """Describe an axis that names its first and last day only: more labels would not fit."""
    return {
        "field": "date",
        "type": "temporal",
        "title": None,
        # Else dates would be shifted by the time zone of the machine that draws.
        "scale": {"type": "utc"},
        "axis": {
            "values": sorted({*dates[:1], *dates[-1:]}),
            "format": "%-d %b" if len(dates) < 300 else "%b %Y",
            "grid": False,
            "labelFlush": True,
        },
    }


def _people_axis(most: int) -> Spec:
    """Describe an axis from 0 to a bit above the largest count."""
    top = _round_below(most)
    return {
        "field": "people",
        "type": "quantitative",
        "title": None,
        "axis": {
            "values": sorted({0, top // 2, top}),
            "labelExpr": "format(datum.value, '~s')",
            "labelColor": MUTED,
        },
        "scale": {"domain": [0, 1.12 * most]},
    }


def _round_below(number: int) -> int:
    """Return the greatest round number that is not above a number of at least 1."""
    power: int = 10 ** (len(str(number)) - 1)
    return max(
        tenths * power // 10
        for tenths in (10, 15, 20, 30, 40, 50, 60, 80)
        if tenths * power <= 10 * number
    )


def hours(hours: Hours, width: int) -> Spec:
    """Describe which share of the events falls into each hour of the local day."""
    rows = [row for line in hours.lines for row in _hour_rows(line)]
    x = {
        "field": "hour",
        "type": "quantitative",
        "title": "local hour of the day",
        "scale": {"domain": [0, 24], "nice": False},
        "axis": {"values": list(range(0, 25, 3 if width == WIDE else 6)), "grid": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": "share of events",
        "axis": {"format": ".0%", "tickCount": 5},
    }
    names = list(dict.fromkeys(row["group"] for row in rows))
    group = {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": names, "range": LINES[: len(names)]},
    }
    legend = {"legend": {"columns": 6 if width == WIDE else 3}}
    lines = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, "aria": False},
        "encoding": {"x": x, "y": y, "color": group | legend},
    }
    marks = points(rows, {"x": x, "y": y}, group | {"legend": None})
    return chart(width, 230, [lines, marks])


def _hour_rows(line: HourlyCurve) -> Iterator[Spec]:
    name = "all others" if line.name is None else clean(line.name)
    for hour, share in enumerate(line.shares):
        span = f"{hour:02d}–{(hour + 1) % 24:02d} h"
        tip = f"{name}, {span}: {percent(share)} % of the day's events"
        # An hour's share stands at its middle.
        yield {"group": name, "hour": hour + 0.5, "share": share, "tip": tip}


def groups(groups: PeopleGroups, width: int) -> Spec:
    """Describe the estimates of what groups are ranked by, with intervals.

    The average of all people is a line. Groups that are too small to be judged are left out.
    """
    title, scale = _axis(groups)
    rows = [_group_row(group, scale) for group in charted(groups)]
    x = {
        "field": "value",
        "type": "quantitative",
        "title": title,
        "axis": {"tickCount": 5, "orient": "top"},
        "scale": {"zero": False, "nice": True},
    }
    y = {
        "field": "group",
        "type": "nominal",
        "sort": [row["group"] for row in rows],
        "title": None,
        "axis": _names(rows, "group", width),
    }
    layers = [
        _mean_rule(scale * (groups.average or 0.0), x),
        _interval_rules(rows, x, y),
        _estimates(rows, x, y),
    ]
    return chart(width, 22 * len(rows), layers)


def _mean_rule(value: float, x: Spec) -> Spec:
    return {
        "data": {"values": [{"value": value, "tip": f"all people: {mean(value)}"}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": MUTED},
        "encoding": {"x": x, "description": TIP},
    }


def _estimates(rows: list[Spec], x: Spec, y: Spec) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": ACCENT},
        "encoding": {"x": x, "y": y, "description": TIP},
    }


def _interval_rules(rows: list[Spec], x: Spec, y: Spec) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {
            "type": "rule",
            "strokeWidth": 5,
            "opacity": 0.35,
            "color": ACCENT,
            "aria": False,
        },
        "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y},
    }


def charted(groups: PeopleGroups) -> list[PeopleGroup]:
    """Return the groups that the chart shows: the largest of those that were judged, best first."""
    return [group for group in groups.largest(MOST_CITIES) if group.estimate]


def _axis(groups: PeopleGroups) -> tuple[str, float]:
    """Return the title of the axis of what groups are ranked by, and the scale of estimates."""
    if groups.rank_by == "conversion":
        return f"% of people who reached {clean(groups.goal)}", 100.0
    if groups.rank_by == "revenue":
        return f"{groups.currency} per person", 10.0**-groups.minor_digits
    return "events per person", 1.0


def _group_row(group: PeopleGroup, scale: float) -> Spec:
    assert group.estimate is not None
    name, interval = clean(group.label), group.estimate.interval
    value, low, high = (scale * n for n in (group.estimate.value, interval.low, interval.high))
    tip = f"{name}: {mean(value)}, 95 % interval {mean(low)} to {mean(high)}; {count(group.people)} people"
    return {"group": name, "value": value, "low": low, "high": high, "tip": tip}


def _names(rows: Sequence[Spec], field: str, width: int) -> Spec:
    """Describe an axis of names that has room for the longest."""
    limit = 160 if width == WIDE else 105
    return {
        "minExtent": min(LETTER_PX * max(len(row[field]) for row in rows) + 8, limit),
        "labelLimit": limit - 12,
    }


def chart(width: int, height: int, layers: list[Spec]) -> Spec:
    """Return layers as a chart of a size in px."""
    return {
        "config": CONFIG,
        "width": width,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": layers,
    }


def points(values: Sequence[Spec], encoding: Spec, colour: Spec) -> Spec:
    """Describe points that show themselves, and what they stand for, only under the pointer."""
    return {
        "data": {"values": list(values)},
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0},
        "encoding": encoding | {"color": colour, "description": TIP},
    }
