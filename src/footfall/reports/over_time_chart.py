"""The charts of a run over time: a small one per measure."""

from __future__ import annotations

from footfall.reports.charts import ACCENT, MUTED, WIDE, Spec, day_chart, side_by_side
from footfall.reports.over_time import OverTime
from footfall.text import clean, count, money

_AXIS: Spec = {
    "field": "number",
    "type": "quantitative",
    "title": None,
    "axis": {"tickCount": 3, "labelExpr": "format(datum.value, '~s')", "labelColor": MUTED},
    "scale": {"zero": True},
}


def days(over_time: OverTime, width: int) -> Spec:
    """Describe newcomers, active people, visits, events and revenue per day."""
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
    charts = [
        _measure(over_time, name, numbers, name == currency, width // columns - 56)
        for name, numbers in measures.items()
    ]
    return side_by_side(charts, columns, {"row": 70, "column": 56})


def _measure(
    over_time: OverTime, name: str, numbers: list[int], is_money: bool, width: int
) -> Spec:
    digits = over_time.minor_digits if is_money else 0
    values = []
    for day, number in zip(over_time.days, numbers, strict=True):
        shown = money(number, digits) if is_money else count(number)
        at = over_time.date(day)
        values.append(
            {"date": at, "number": number / 10**digits, "tip": f"{at}: {shown} {name}"}
        )
    return day_chart({"text": name, "frame": "group"}, values, _AXIS, ACCENT, width)
