"""SQL for times as others write them: numbers in any unit, texts, dates and timestamps."""

from __future__ import annotations

from footfall.foreign.times import MICROSECONDS_FROM, NANOSECONDS_FROM, SECONDS_BELOW
from footfall.foreign.vendor_records import Unit


def number_time(value: str, unit: Unit = "ms") -> tuple[str, str]:
    """Return SQL for a number as ms since the epoch, and for its flaw: what it is instead of the wanted unit.

    Args:
        value: SQL for a whole number or a float.
        unit: What is wanted; `any` takes all.
    """
    units = _unit(value)
    # A float is rounded: 1767607200.123 * 1000 lies a little below the whole number.
    ms = (
        f"CASE {units} WHEN 's' THEN CAST(round({value} * 1000) AS BIGINT) "
        f"WHEN 'us' THEN CAST({value} // 1000 AS BIGINT) "
        f"WHEN 'ns' THEN CAST({value} // 1000000 AS BIGINT) "
        f"WHEN 'ms' THEN CAST({value} AS BIGINT) END"
    )
    is_right = f"{units} = '{unit}'" if unit != "any" else "true"
    flaw = (
        f"CASE WHEN {value} IS NULL THEN 'missing' WHEN {is_right} THEN NULL WHEN {units} = 's' THEN 'seconds' "
        f"WHEN {units} = 'ms' THEN 'milliseconds' ELSE 'microseconds' END"
    )
    return ms, flaw


def _unit(value: str) -> str:
    size = f"abs({value})"
    return (
        f"(CASE WHEN {size} < {SECONDS_BELOW} THEN 's' WHEN {size} < {MICROSECONDS_FROM} THEN 'ms' "
        f"WHEN {size} < {NANOSECONDS_FROM} THEN 'us' WHEN {size} < 1e19 THEN 'ns' END)"
    )


def text_time(value: str, unit: Unit = "ms") -> tuple[str, str, str]:
    """Return SQL for a text as ms since the epoch, for its flaw, and for whether it is digits.

    A text without a zone is taken in the zone of the connection.
    """
    # Today seconds have 10 digits, milliseconds 13, microseconds 16; `2026` is a year, and left
    # to the cast.
    is_digits = (
        f"coalesce(regexp_full_match({value}, '-?[0-9]{{8,19}}([.][0-9]{{1,9}})?'), false)"
    )
    whole_ms, whole_flaw = number_time(f"TRY_CAST({value} AS BIGINT)", unit)
    float_ms, float_flaw = number_time(f"TRY_CAST({value} AS DOUBLE)", unit)
    has_point = f"contains({value}, '.')"
    stamp = f"epoch_ms(TRY_CAST({value} AS TIMESTAMPTZ))"
    ms = (
        f"CASE WHEN NOT {is_digits} THEN {stamp} "
        f"WHEN {has_point} THEN {float_ms} ELSE {whole_ms} END"
    )
    flaw = (
        f"CASE WHEN coalesce({value}, '') = '' THEN 'missing' "
        f"WHEN NOT {is_digits} THEN CASE WHEN {stamp} IS NULL THEN 'unreadable' END "
        f"WHEN {has_point} THEN {float_flaw} ELSE {whole_flaw} END"
    )
    return ms, flaw, is_digits


def stamp_time(value: str, stored: str) -> str:
    """Return SQL for a date or timestamp as ms since the epoch.

    Args:
        value: SQL for it.
        stored: Its type in DuckDB. One that knows no zone is taken in that of the connection.
    """
    # Neither `epoch_ms` nor a direct cast knows nanoseconds, in every version of DuckDB.
    if stored == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_ms({value})"
    if stored == "TIMESTAMPTZ_NS":
        return f"epoch_ms(CAST({value} AS TIMESTAMPTZ))"
    return f"epoch_ms(CAST(CAST({value} AS TIMESTAMP) AS TIMESTAMPTZ))"
