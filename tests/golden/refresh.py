"""Records the streams as they are now: `python -m tests.golden.refresh`, after a change of the output that is meant.

It refuses to write over a digest unless OUTPUT_VERSION was raised since the last release and the changelog has a line
that it had not when the digests were recorded. A stream that is new needs neither.
"""

from __future__ import annotations

import json
import sys

from footfall.compiler import stream_id
from footfall.units import zones
from tests.golden import streams


def refusal(changed: list[str]) -> str | None:
    """Return why the streams that changed must not be recorded; None if they may be."""
    of, told = streams.recorded(), streams.told()
    if not changed:
        return None
    is_open = bool(
        set(of["told"]) & set(told)
    )  # a release dates the heading above what was told
    if of["output_version"] > stream_id.OUTPUT_VERSION:
        return "OUTPUT_VERSION went back"
    if of["output_version"] == stream_id.OUTPUT_VERSION and not is_open:
        return (
            f"OUTPUT_VERSION is still {stream_id.OUTPUT_VERSION}, for which they were recorded"
        )
    if set(told) <= set(of["told"]):
        return f'CHANGELOG.md has no new line under "{streams.HEADING}"'
    return None


def main() -> int:
    """Record all streams, or say why not."""
    pinned = streams.recorded()["streams"]
    now = {case.name: streams.measured(case) for case in streams.CASES}
    changed = [
        line
        for case in streams.CASES
        if case.name in pinned
        for line in streams.what_changed(case, pinned[case.name], now[case.name])
    ]
    reason = refusal(changed)
    if reason:
        print(f"Nothing was recorded: {reason}.\n{streams.advice(changed)}", file=sys.stderr)  # noqa: T201
        return 1
    if changed or now.keys() - pinned.keys():
        write(now, streams.told() if changed else streams.recorded()["told"])
    for line in changed:
        print(line)  # noqa: T201
    return 0


def write(now: dict[str, dict[str, str]], told: list[str]) -> None:
    """Write the file of digests."""
    kept = {
        "output_version": stream_id.OUTPUT_VERSION,
        "tzdata": zones.version(),
        "told": told,
        "streams": now,
    }
    streams.DIGESTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
