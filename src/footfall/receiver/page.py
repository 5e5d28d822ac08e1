"""The page at `/`, and the metrics: plain text made from numbers and escaped texts, no script."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from html import escape

import pyarrow as pa

from footfall.receiver.event_store import Overview
from footfall.text import clean, cut

REFRESH_S = 2
LONGEST_SHOWN = 80
_STYLE = """
:root{color-scheme:light dark;--ink:#1d1d1f;--soft:#6b6b70;--line:#e4e4e7;--paper:#fff;--bar:#dfe8f6;--bad:#a4161a}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e8;--soft:#98989f;--line:#33343a;--paper:#17181b;--bar:#26364f;--bad:#ff8a80}}
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
th{font-weight:400;color:var(--soft);font-size:.87rem;text-align:left}
th,td{padding:.24rem 1.25rem .24rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums}
.wide td{font-variant-numeric:tabular-nums}
section:not(.wide) td:first-child{white-space:normal}
td.share{background:linear-gradient(var(--bar) 0 0) no-repeat 0/var(--share) 100%;padding-left:.4rem}
.trouble{color:var(--bad);font-weight:600;margin:1.25rem 0 0}
pre{background:var(--bar);padding:.8rem 1rem;overflow-x:auto;border-radius:.3rem}
""".replace("\n", "")


def render(
    overview: Overview | None,
    counts: Mapping[str, int],
    *,
    store: str,
    trouble: str,
    at_ms: int,
    base: str,
) -> str:
    """Return the page.

    Args:
        overview: What is stored; None where it cannot be read.
        counts: Of this receiver since its start: name → number.
        store: What the store is called.
        trouble: What is wrong, a sentence; empty while all is well.
        at_ms: Time of day, ms since the epoch.
        base: Where this receiver answers, as whoever looks has written it.
    """
    events = f"{overview.events:,} events" if overview else "trouble"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="{REFRESH_S}"><meta name="viewport" content="width=device-width">'
        f"<title>{events} · footfall receiver</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>footfall receiver</h1><span>into {escape(store)} · {_clock(at_ms)} UTC, "
        f"every {REFRESH_S} seconds</span></header>{_warning(trouble)}{_body(overview, counts, base)}</body></html>"
    )


def _body(overview: Overview | None, counts: Mapping[str, int], base: str) -> str:
    if overview is None:
        return ""
    stored = {"events stored": overview.events, "people": overview.people}
    since = {f"{name} since the start": number for name, number in counts.items()}
    numbers = "".join(
        f"<div><dt>{escape(n)}</dt><dd>{number:,}</dd></div>"
        for n, number in {**stored, **since}.items()
    )
    tables = "".join(
        _section(title, table) for title, table in overview.tables.items() if table.num_rows
    )
    return f"<dl>{numbers}</dl><main>{tables or _EMPTY.format(base=escape(base))}</main>"


_EMPTY = """<section class="wide"><h2>Nothing has been received yet</h2><p>Send something, and it appears here:</p>
<pre>curl -H 'Content-Type: application/json' -d '{{"event_type": "Hello"}}' {base}/webhook
footfall run ecommerce --to webhook+{base}/webhook</pre></section>"""


def _warning(trouble: str) -> str:
    return f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""


def _clock(at_ms: int) -> str:
    return f"{dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC):%H:%M:%S}"


def _section(title: str, table: pa.Table) -> str:
    heads = "".join(
        f"<th{_place(field.type)}>{escape(field.name)}</th>" for field in table.schema
    )
    counted = next(
        (field.name for field in reversed(table.schema) if pa.types.is_integer(field.type)),
        None,
    )
    rows = table.to_pylist()
    most = max((row[counted] for row in rows), default=0) if counted else 0
    lines = "".join(
        _line(row, table.schema, row[counted] / most if counted and most else None)
        for row in rows
    )
    wide = "" if counted else ' class="wide"'
    table_text = f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    return f"<section{wide}><h2>{escape(title)}</h2>{table_text}</section>"


def _line(row: Mapping[str, object], schema: pa.Schema, share: float | None) -> str:
    """Return a row; behind its first cell a bar, as long as its share of the longest."""
    cells = [f"<td{_place(field.type)}>{_text(row[field.name])}</td>" for field in schema]
    if share is not None:
        cells[0] = (
            f'<td class="share" style="--share:{share:.1%}">{_text(row[schema.names[0]])}</td>'
        )
    return f"<tr>{''.join(cells)}</tr>"


def _place(kind: pa.DataType) -> str:
    return ' class="n"' if pa.types.is_integer(kind) else ""


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = f"{value:,}" if isinstance(value, int) else str("" if value is None else value)
    return escape(clean(cut(text, LONGEST_SHOWN)))


_HELP = {
    "requests": "Requests, by path and status.",
    "events": "Events stored.",
    "duplicates": "Events that were there already.",
    "bytes": "Bytes of the bodies that were read.",
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
