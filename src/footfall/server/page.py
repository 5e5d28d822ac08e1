"""The page at `/`, and the metrics: plain text made from numbers and escaped texts, no script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pyarrow as pa

from footfall.server.received import Overview

REFRESH_S = 2
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:64em;padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin:1.6em 0 .3em}table{border-collapse:collapse}"
    "td,th{padding:.15em 1.2em .15em 0;text-align:left;border-bottom:1px solid #ddd}td.n,th.n{text-align:right}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}td,th{border-color:#444}}"
)


def render(overview: Overview, counts: Mapping[str, int]) -> str:
    """Return the page.

    Args:
        overview: What is stored.
        counts: Of this receiver since its start: name → number.
    """
    tables = "".join(_section(title, table) for title, table in overview.tables.items() if table.num_rows)
    told = ", ".join(f"{count:,} {escape(name)}" for name, count in counts.items())
    empty = "<p>Nothing was received yet. Send to <code>/webhook</code> or <code>/2/httpapi</code>.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="{REFRESH_S}"><meta name="viewport" content="width=device-width">'
        f"<title>{overview.events:,} events · footfall</title><style>{_STYLE}</style></head><body>"
        f"<h1>footfall receiver: {overview.events:,} events of {overview.people:,} people</h1>"
        f"<p>Since the start: {told}.</p>{tables or empty}</body></html>"
    )


def _section(title: str, table: pa.Table) -> str:
    heads = "".join(f"<th{_place(field.type)}>{escape(field.name)}</th>" for field in table.schema)
    rows = "".join(
        "<tr>" + "".join(_cell(row[field.name], field.type) for field in table.schema) + "</tr>"
        for row in table.to_pylist()
    )
    return f"<h2>{escape(title)}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _place(kind: pa.DataType) -> str:
    return ' class="n"' if pa.types.is_integer(kind) else ""


def _cell(value: object, kind: pa.DataType) -> str:
    text = f"{value:,}" if isinstance(value, int) else str("" if value is None else value)
    return f"<td{_place(kind)}>{escape(text[:80])}</td>"


_HELP = {
    "requests": "Requests, by path and status.",
    "events": "Events stored.",
    "duplicates": "Events that were there already.",
    "bytes": "Bytes of the bodies that were read.",
    "chaos": "Requests that something was done to on purpose, by kind.",
}


def metrics(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return the metrics in Prometheus' text format.

    Args:
        counts: Metric → labels as they stand in the braces (`path="/",status="200"`, or empty) → number.

    Source:
        Prometheus, "Exposition formats", text format 0.0.4.
    """
    lines = []
    for name, values in counts.items():
        lines += [
            f"# HELP footfall_received_{name}_total {_HELP[name]}",
            f"# TYPE footfall_received_{name}_total counter",
        ]
        lines += [f"footfall_received_{name}_total{{{labels}}} {n}" for labels, n in sorted(values.items()) if labels]
        lines += [f"footfall_received_{name}_total {n}" for labels, n in values.items() if not labels]
    return "\n".join(lines) + "\n"
