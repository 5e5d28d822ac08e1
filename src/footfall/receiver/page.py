"""The page at `/`, and the metrics in Prometheus' format."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from footfall.foreign.vendors import BY_NAME
from footfall.html import Content, Markup, document, element, table
from footfall.receiver.event_rate import BIN_S
from footfall.receiver.event_store import Overview
from footfall.text import count, cut

REFRESH_S = 2
LONGEST_SHOWN = 80
STYLE = """
:root{color-scheme:light dark;--ink:#1d1d1f;--soft:#6b6b70;--line:#e4e4e7;--paper:#fff;--bar:#dfe8f6;
--mark:#4a7dbd;--bad:#a4161a}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e8;--soft:#98989f;--line:#33343a;--paper:#17181b;--bar:#26364f;
--mark:#6f9fdc;--bad:#ff8a80}}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:2rem 1.25rem 4rem;max-width:70rem;color:var(--ink);
background:var(--paper)}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 2rem;color:var(--soft);font-size:.87rem}
h1{font-size:1rem;font-weight:600;margin:0;color:var(--ink)}
h2{font-size:.95rem;font-weight:600;margin:0 0 .35rem}
dl{display:flex;flex-wrap:wrap;gap:1rem 3rem;margin:1.5rem 0 2.25rem}
dt{color:var(--soft);font-size:.87rem}
dd{margin:0;font-size:1.7rem;font-weight:600;line-height:1.2;font-variant-numeric:tabular-nums}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:2.25rem 3rem;align-items:start}
section{min-width:0;overflow-x:auto}
section.wide{grid-column:1/-1}
table{border-collapse:collapse;width:100%}
th{font-weight:400;text-align:left}
thead th{color:var(--soft);font-size:.87rem}
th,td{padding:.24rem 1.25rem .24rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
th.n,.n{text-align:right;font-variant-numeric:tabular-nums}
.wide td,.wide th{font-variant-numeric:tabular-nums}
section:not(.wide) tbody th{white-space:normal}
tbody .share{position:relative;padding-left:.4rem}
.share svg{position:absolute;inset:0;width:100%;height:100%;z-index:-1;fill:var(--bar)}
.rate{position:relative;color:var(--soft);font-size:.87rem}
.rate svg{display:block;width:100%;height:4.5rem;fill:var(--mark);border-bottom:1px solid var(--line)}
.rate p{display:flex;justify-content:space-between;margin:.25rem 0 0}
.note{color:var(--soft);margin:1rem 0 0;overflow-wrap:anywhere}
.trouble{color:var(--bad);font-weight:600;margin:1.25rem 0 0}
pre{background:var(--bar);padding:.8rem 1rem;overflow-x:auto;border-radius:.3rem}
""".replace("\n", "")


def render(
    overview: Overview | None,
    counts: Mapping[str, int],
    rates: Sequence[float],
    *,
    remarks: Sequence[str],
    refused: Sequence[Mapping[str, Any]],
    store: str,
    trouble: str,
    at_ms: int,
    base: str,
) -> str:
    """Return the page.

    Args:
        overview: What is stored; None where it cannot be read.
        counts: Of this receiver since its start: name → number.
        rates: Events per second over the last minutes, the oldest first.
        remarks: What was done about some events, a sentence each.
        refused: Records of the requests that were refused, one per reason.
        store: What the store is called.
        trouble: What is wrong, a sentence; empty while all is well.
        at_ms: Time of day, ms since the epoch.
        base: Where this receiver answers, as whoever looks has written it.
    """
    events = f"{count(overview.events)} events" if overview else "trouble"
    about = f"into {store} · {_clock(at_ms)} UTC, every {REFRESH_S} seconds"
    return document(
        f"{events} · footfall receiver",
        element("header", element("h1", "footfall receiver"), element("span", about)),
        element("p", trouble, class_="trouble", role="alert") if trouble else "",
        [element("p", remark, class_="note") for remark in remarks],
        _refused(refused) if refused else "",
        _body(overview, counts, rates, base) if overview else "",
        style=STYLE,
        refresh_s=REFRESH_S,
    )


def _body(
    overview: Overview, counts: Mapping[str, int], rates: Sequence[float], base: str
) -> Content:
    stored = {"events stored": overview.events, "people": overview.people}
    since = {f"{name} since the start": number for name, number in counts.items()}
    numbers = [
        element("div", element("dt", name), element("dd", count(number)))
        for name, number in {**stored, **since}.items()
    ]
    tables = [_section(title, rows) for title, rows in overview.tables.items() if rows.num_rows]
    shown = [_rate(rates), *tables] if tables else _nothing_yet(base)
    return element("dl", numbers), element("main", shown)


def _refused(records: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the table of refused requests; also where the store cannot be read."""
    cells: list[list[Content]] = [[_text(value) for value in one.values()] for one in records]
    shown = table(["status", "reason", "requests"], cells, classes=["", "", "n"])
    return element("section", element("h2", "Refused requests"), shown, class_="refused")


def _rate(rates: Sequence[float]) -> Markup:
    """Return the rate as bars; the highest says what it is."""
    most, minutes = max(rates), len(rates) * BIN_S // 60
    bars = [
        element(
            "rect", x=f"{i}", y=f"{1 - r / most:.4f}", width="0.85", height=f"{r / most:.4f}"
        )
        for i, r in enumerate(rates)
        if r
    ]
    picture = element(
        "svg",
        bars,
        viewBox=f"0 0 {len(rates)} 1",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    now = f"{_per_second(rates[-1])} per second now, at most {_per_second(most)}"
    ends = element("p", element("span", f"{minutes} minutes ago"), element("span", "now"))
    return element(
        "section",
        element("h2", "Events per second"),
        element("div", now, picture, ends, class_="rate"),
        class_="wide",
    )


def _per_second(rate: float) -> str:
    return count(round(rate)) if rate >= 10 or rate == int(rate) else f"{rate:.1f}"


def _nothing_yet(base: str) -> Markup:
    """Return what to do before anything has come: commands that work as they stand."""
    commands = (
        f"""curl -H 'Content-Type: application/json' -d '{{"event_type": "Hello"}}' {base}/webhook\n"""
        f"footfall run ecommerce --to webhook+{base}/webhook"
    )
    return element(
        "section",
        element("h2", "Nothing has been received yet"),
        element("p", "Send something, and it appears here:"),
        element("pre", commands),
        element(
            "p",
            "Or point an SDK of Amplitude, Mixpanel, PostHog, Segment or RudderStack here: docs/receiver.md says how.",
        ),
        class_="wide",
    )


def _clock(at_ms: int) -> str:
    return f"{dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC):%H:%M:%S}"


def _section(title: str, found: pa.Table) -> Markup:
    """Return a table; where it counts something, with bars behind the first cells."""
    headers = [name for name in found.schema.names if name != "library"]
    numbers = [field.name for field in found.schema if pa.types.is_integer(field.type)]
    counted = numbers[-1] if numbers else None
    rows = [_named(row) for row in found.to_pylist()]
    most = max((row[counted] for row in rows), default=0) if counted else 0
    cells: list[list[Content]] = [[_text(value) for value in row.values()] for row in rows]
    classes = ["n" if name in numbers else "" for name in headers]
    if counted and most:
        classes[0] = "share"
        for shown, row in zip(cells, rows, strict=True):
            shown[0] = (_bar(row[counted] / most), shown[0])
    shown_table = table(headers, cells, classes=classes)
    kind = "" if counted else "wide"
    return element("section", element("h2", title), shown_table, class_=kind)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose sender is called as people know it."""
    if "sender" not in row:
        return row
    vendor = BY_NAME.get(str(row["sender"]))
    names = (vendor.title if vendor is not None else "not known", row.pop("library"))
    return row | {"sender": ", ".join(filter(None, names))}


def _bar(share: float) -> Markup:
    # A picture, since the page's policy refuses style attributes.
    bar = element("rect", width=f"{share:.1%}", height="100%")
    return element("svg", bar, aria_hidden="true")


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = count(value) if isinstance(value, int) else str("" if value is None else value)
    return cut(text, LONGEST_SHOWN)


_HELP = {
    "requests": "Requests, by path and status.",
    "events": "Events stored.",
    "duplicates": "Events that were there already.",
    "bytes": "Bytes of the bodies that were read.",
    "refused": "Requests that were refused, by status and reason.",
    "chaos": "Requests that something was done to on purpose, by kind.",
}


def metrics(counts: Mapping[str, Mapping[str, int]], *, is_well: bool) -> str:
    """Return the metrics in Prometheus' text format.

    Args:
        counts: Metric → labels as they stand in the braces (`path="/",status="200"`, or empty) → number.
        is_well: Whether the store takes events, as far as is known.

    Source:
        Prometheus, "Exposition formats", text format 0.0.4.
    """
    up, used = "footfall_received_store_up", "process_cpu_seconds_total"
    lines = [
        f"# HELP {up} 1 while the store takes events.",
        f"# TYPE {up} gauge",
        f"{up} {int(is_well)}",
    ]
    lines += [f"# HELP {used} Processor time of this process.", f"# TYPE {used} counter"]
    lines += [f"{used} {time.process_time():.3f}"]
    for name, values in counts.items():
        lines += [
            f"# HELP footfall_received_{name}_total {_HELP[name]}",
            f"# TYPE footfall_received_{name}_total counter",
        ]
        lines += [
            f"footfall_received_{name}_total{{{labels}}} {n}"
            for labels, n in sorted(values.items())
            if labels
        ]
        lines += [
            f"footfall_received_{name}_total {n}" for labels, n in values.items() if not labels
        ]
    return "\n".join(lines) + "\n"
