"""Made-up attributes of people and sessions: names, addresses, devices, each from its own keyed draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from footfall.model.values import Array
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.fakes import person_fakes, session_fakes

FAKES: dict[str, Callable[[EvaluationContext, Sequence[Array]], Array]] = {
    "first name": person_fakes.first_name,
    "last name": person_fakes.last_name,
    "full name": person_fakes.full_name,
    "email": person_fakes.email,
    "phone": person_fakes.phone,
    "latitude": person_fakes.latitude,
    "longitude": person_fakes.longitude,
    "ip address": session_fakes.ip_address,
    "user agent": session_fakes.user_agent,
    "landing page": session_fakes.landing_page,
    "referrer": session_fakes.referrer,
}
"""Name of a fake → its function of people and of what the compiler found that it depends on (`compiler/fakes.py`)."""
