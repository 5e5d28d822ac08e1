"""Milliseconds in a second, a minute, an hour, a day and a week: what times and spans count in.

A day is 24 hours of UTC. Days by a local clock, which may have 23 or 25 hours, are made in
`sim/calendar.py` and `zones.py`.
"""

from __future__ import annotations

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
