"""The SQL behind `identity`: to whose profile each rule gives an event."""

from __future__ import annotations

from footfall.reports.profile_counts import IdentityCounts, ProfileCounts
from footfall.reports.stored_run import StoredRun

_RULES = {
    "ids": "coalesce(user_id, device_id)",
    "last": "coalesce(user_id, last_user, first_user, device_id)",
    "first": "coalesce(user_id, first_user, device_id)",
}
"""Rule → SQL for the profile of an event.

Without a user id it is that of the user who was last known on the device, or first, else of the device alone.
Before anybody was known on it, both rules mean the first one: vendors look back.
"""


def identity_of_store(source: StoredRun) -> IdentityCounts:
    """Count the profiles of a run's ids, by rule."""
    # Rows of (profile, person) are few: most people have one or two profiles.
    pairs = " UNION ALL ".join(
        f"SELECT '{rule}' AS rule, {profile} AS profile, person, sum(n) AS n FROM known GROUP BY 2, 3"
        for rule, profile in _RULES.items()
    )
    rows = source.rows(f"""
        WITH known AS MATERIALIZED ({_known(source)}), pairs AS MATERIALIZED ({pairs}),
        profiles AS (
            SELECT rule, count(*) AS people, sum(n) AS n, max(n) AS most FROM pairs GROUP BY rule, profile
        ),
        people AS (SELECT rule, count(*) AS profiles FROM pairs GROUP BY rule, person)
        SELECT rule, count(*), count(CASE WHEN people > 1 THEN 1 END),
            (SELECT count(*) FROM people AS p WHERE p.rule = profiles.rule AND p.profiles > 1),
            CAST(sum(n - most) AS BIGINT)
        FROM profiles GROUP BY rule""")
    found = {rule: ProfileCounts(rule, *map(int, counts)) for rule, *counts in rows}
    rules = tuple(found.get(rule, ProfileCounts(rule, 0, 0, 0, 0)) for rule in _RULES)
    [totals] = source.rows(f"""
        SELECT count(DISTINCT person), count(*), count(DISTINCT user_id), count(DISTINCT device_id),
            (SELECT count(*) FROM (
                SELECT device_id FROM {source.table("events")} AS e WHERE device_id IS NOT NULL
                GROUP BY device_id HAVING min(person) < max(person)
            ) AS devices)
        FROM {source.table("events")} AS e""")
    people, events, users, devices, shared_devices = map(int, totals)
    return IdentityCounts(people, events, users, devices, shared_devices, rules)


def _known(source: StoredRun) -> str:
    """Return SQL for events with who was known on their device: person, user_id, device_id, last_user, first_user, n.

    Events that are alike in all of them are one row, and n says how many.
    """
    # How many of the device's events had a user so far: all rows of one number have the same last user.
    marked = f"""
        SELECT person, user_id, device_id, count(user_id) OVER (
            PARTITION BY device_id ORDER BY time, person ROWS UNBOUNDED PRECEDING
        ) AS n_known
        FROM {source.table("events")} AS e"""
    told = f"""
        SELECT person, user_id, device_id,
            max(user_id) OVER (PARTITION BY device_id, n_known) AS last_user,
            max(CASE WHEN n_known = 1 THEN user_id END) OVER (PARTITION BY device_id) AS first_user
        FROM ({marked}) AS marked"""
    return f"""
        SELECT person, user_id, device_id, last_user, first_user, count(*) AS n
        FROM ({told}) AS told GROUP BY 1, 2, 3, 4, 5"""
