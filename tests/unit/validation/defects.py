"""Makes defects.ndjson: a plan's events, with each way in which such files go wrong.

    python -m tests.unit.validation.defects

The plan is the shipped online school. A crowd of 50 does all that nobody does: all of them go all the way, in one hour
of the day, with properties that never change; 50 others never get an account. Then come the single mistakes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("defects.ndjson")
DAY = 86_400_000
START = 1_767_301_200_000  # 2026-01-01 21:00 UTC
CHAIN = (
    "login",
    "record_confirmation",
    "trial_held",
    "payment_succeeded",
    "certificate_issued",
)
CROWD = 50
REQUIRED = {
    "choose_time": {"interval": "18-19"},
    "record_confirmation": {
        "scheduled_at": "2026-02-03T17:00:00Z",
        "is_trial": True,
        "interval": "18-19",
    },
    "payment_succeeded": {"balance": 4, "count": 8, "payment_system": "Visa"},
}
SESSION_OF_2015 = 1_436_918_400_000


def event(
    name: str, number: int, user: str | None, time: Any = None, **more: Any
) -> dict[str, Any]:
    """Return an event; `number` makes its id, its time and its device what they are by default."""
    time = START + (number % 300) * DAY if time is None else time
    plain = {
        "event_type": name,
        "time": time,
        "insert_id": f"event-{number:05d}",
        "user_id": user,
    }
    plain["device_id"] = f"device-of-{user}"
    if name == "payment_succeeded":
        more = {"revenue": 116.0, "currency": "USD"} | more
    if name in REQUIRED:
        more = {"event_properties": REQUIRED[name]} | more
    whole = plain | more
    return {key: value for key, value in whole.items() if value is not None}


def crowd() -> list[dict[str, Any]]:
    """Return people who all go all the way, each of their events with the state at the end."""
    state = {"user_properties": {"status": "studying"}}
    chains = [
        event(
            name,
            10 * person + step,
            f"crowd-{person:02d}",
            START + (person + step) * DAY,
            **state,
        )
        for person in range(CROWD)
        for step, name in enumerate(CHAIN)
    ]
    nobodies = [
        event(
            "click_create_account",
            1000 + n,
            "null",
            START + n * DAY,
            device_id=f"anonymous-{n:02d}",
        )
        for n in range(CROWD)
    ]
    return chains + nobodies


def mistakes() -> list[dict[str, Any] | str]:
    """Return the single mistakes, in the order of the checks."""
    return [
        "{this is no JSON",
        event("click_pay_lesons", 2001, "person-a"),
        event("", 2002, "person-a"),
        event("enter_info", 2003, "person-a", category="Payment"),
        event(
            "click_transfer_lesson",
            2004,
            "person-a",
            event_properties={"grade": 5, "teacher_id": "T-101"},
        ),
        event("rate_lesson", 2005, "person-a", event_properties={"grade": "5"}),
        event("rate_lesson", 2006, "person-a", event_properties={"grade": 4.5}),
        event(
            "payment_succeeded",
            2007,
            "crowd-01",
            event_properties={"count": 8, "payment_system": "Visa"},
        ),
        event("choose_direction", 2008, "person-a", event_properties={"direction": "l"}),
        event("choose_time", 2009, "person-a", user_properties={"status": "00000"}),
        event("choose_time", 2010, "person-a", user_properties={"directions": "literature"}),
        event(
            "choose_time",
            2011,
            "person-a",
            user_properties={"directions": ["design", "design"]},
        ),
        event(
            "choose_time",
            2012,
            "person-a",
            user_properties={"directions_finished": ["history", "history"]},
        ),
        event("rate_lesson", 2013, "person-a", event_properties={"grade ": 5}),
        event("enter_info", 2014, "person-a", **{"event_id ": 7}),
        event("enter_info", 2015, "person-b", time=None) | {"time": None},
        event("enter_info", 2016, "person-b", time=1_767_301_201),
        event("enter_info", 2017, "person-b", time="1767301202"),
        event("enter_info", 2018, "person-b", time=1_767_301_203_000_000),
        event("enter_info", 2019, "person-b", time="yesterday"),
        event("enter_info", 2020, "person-c", START + 2 * DAY),
        event("enter_info", 2021, "person-c", START + 1 * DAY),
        event("enter_info", 2022, "person-d", insert_id="twice-00001"),
        event("enter_info", 2023, "person-d", insert_id="twice-00001"),
        event("enter_info", 2024, "person-e", insert_id="twice-00001"),
        event("enter_info", 2025, "person-e") | {"insert_id": None},
        event("enter_info", 2026, None) | {"device_id": None},
        event("enter_info", 2027, "u12"),
        event("enter_info", 2028, "none"),
        event("enter_info", 2029, None, user_id=31_337, device_id="device-of-31337"),
        event("certificate_issued", 2030, "person-f"),
        event("enter_info", 2031, "person-g", city="Atlantis"),
        event("enter_info", 2032, "person-g", city="Chicago", country="FR"),
        event("enter_info", 2033, "person-g", city="Chicago", country="US"),
        event("enter_info", 2034, "person-h", device_id="the family's"),
        event("enter_info", 2035, "person-i", device_id="the family's"),
        event("enter_info", 2036, "person-h", session_id=SESSION_OF_2015),
        event("enter_info", 2037, "person-i", session_id=SESSION_OF_2015),
        event("enter_info", 2038, "person-i", session_id="first"),
        event("payment_succeeded", 2039, "crowd-02") | {"revenue": None, "currency": None},
        event("payment_succeeded", 2040, "crowd-03") | {"currency": None},
        event("enter_info", 2041, "person-j", event_properties="none"),
    ]


def lines() -> str:
    """Return the file."""
    written = (
        made if isinstance(made, str) else json.dumps(made) for made in [*crowd(), *mistakes()]
    )
    return "".join(f"{line}\n" for line in written)


if __name__ == "__main__":
    FILE.write_text(lines())
