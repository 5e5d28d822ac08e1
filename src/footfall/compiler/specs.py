"""Calendar, people and devices as numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np

from footfall.compiler import distributions
from footfall.compiler.addresses import channel, key
from footfall.compiler.catalogues import CatalogueTable
from footfall.compiler.moments import Moments
from footfall.model.model import (
    ACTIVITY_BITS,
    DAY_FACTOR_BITS,
    MOST_ACTIVITY,
    Z_BITS,
    CalendarSpec,
    CampaignSpec,
    DeviceSpec,
    HouseholdSpec,
    OwnHours,
    PeopleSpec,
    SharedDays,
)
from footfall.model.tables import InverseCdf
from footfall.model.values import Array
from footfall.scenario.records import Catalogue, Scenario
from footfall.units import DAY_MS

_HOURS_PER_WEEK = 168
# Binary digits after the point: of growth, of the weights of homes.
_GROWTH_BITS = 40
_HOME_BITS = 30
_HALF = Decimal("0.5")


def calendar_spec(
    scenario: Scenario, moments: Moments, home: CatalogueTable, seed: int
) -> CalendarSpec:
    """Return what the calendar is made from."""
    calendar, hours = scenario.calendar, scenario.people.hours
    zones, rhythms, _ = _rhythms(home)
    start_ms = moments.start_ms
    return CalendarSpec(
        origin_ms=start_ms - (scenario.people.already_here_days + 2) * DAY_MS,
        start_ms=start_ms,
        week=_week(calendar.week),
        zones=zones,
        rhythms=rhythms,
        holidays=tuple(
            (country, y or 0, m, d, _factor(a)) for country, (y, m, d), a in calendar.holidays
        ),
        campaigns=tuple(
            CampaignSpec(
                moments.ms(campaign.start),
                moments.ms(campaign.until),
                _factor(campaign.activity),
                key(seed, "campaign", campaign.named),
                channel(campaign.named),
            )
            for campaign in calendar.campaigns
        ),
        shared_days=tuple(
            _shared_days(calendar.days_spread, _days_key(scenario, seed, "activity", shared_by))
            for _, country in rhythms
            for shared_by in (country if calendar.days_differ else "",)
        )
        if calendar.days_spread
        else (),
        own_weeks=tuple(_week(week) for _, week in hours.rhythms) if hours else (),
    )


def _factor(activity: Decimal) -> int:
    return min(int(activity * (1 << ACTIVITY_BITS) + _HALF), MOST_ACTIVITY)


def _days_key(scenario: Scenario, seed: int, *of: str) -> int:
    """Return the key of what days do: of a seed of their own where one is given."""
    own = scenario.calendar.days_seed
    return key(seed if own is None else own, "days", *of)


def _shared_days(spread: Decimal, days_key: int) -> SharedDays:
    return SharedDays(days_key, _normal(), _day_factors(spread))


@lru_cache(maxsize=16)
def _day_factors(spread: Decimal) -> Array:
    # One table for all rhythms: a thousand exponentials of decimals take some milliseconds.
    with localcontext() as context:
        context.prec = 24
        # exp(spread × z - spread²/2) has the mean 1, for z from -8 to 8.
        exponents = [spread * (k - 512) / 64 - spread * spread / 2 for k in range(1025)]
        factors = [int(e.exp() * (1 << DAY_FACTOR_BITS) + _HALF) for e in exponents]
    return np.array(factors, np.int64)


def _normal() -> InverseCdf:
    table = distributions.normal(Decimal(0), Decimal(1 << Z_BITS), is_whole=True)
    assert isinstance(table, InverseCdf)
    return table


def _week(written: tuple[tuple[Decimal, ...], ...]) -> Array:
    """Return the activity by weekday and hour, the mean of the week being 2**ACTIVITY_BITS."""
    scale = Decimal(_HOURS_PER_WEEK << ACTIVITY_BITS) / sum(sum(day) for day in written)
    return np.array(
        [[int(weight * scale + _HALF) for weight in day] for day in written], np.int64
    )


def _rhythms(
    home: CatalogueTable,
) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...], list[tuple[int, str]]]:
    """Return the time zones, the pairs of zone and country, and the pair of every row."""
    names = home.texts("time_zone")
    zones = tuple(dict.fromkeys(names))
    pairs = [
        (zones.index(zone), country)
        for zone, country in zip(names, home.texts("country"), strict=True)
    ]
    return zones, tuple(dict.fromkeys(pairs)), pairs


def people_spec(
    scenario: Scenario, home: CatalogueTable, seed: int, hours: OwnHours | None
) -> PeopleSpec:
    """Return who comes."""
    people = scenario.people
    _, rhythms, pairs = _rhythms(home)
    already_here = int(people.count * scenario.already_here + _HALF)
    return PeopleSpec(
        newcomers=people.count - already_here,
        already_here=already_here,
        span_days=people.already_here_days,
        length_days=scenario.calendar.length_days,
        growth_per_day=int((1 + people.growth_per_day) * (1 << _GROWTH_BITS)),
        law=people.arrivals_law,
        count_key=key(seed, "arrivals per day"),
        normal=_normal(),
        shared_days=_shared_days(people.arrivals_spread, _days_key(scenario, seed, "arrivals"))
        if people.arrivals_spread
        else None,
        home_weights=_home_weights(home.source),
        home_rhythms=np.array([rhythms.index(pair) for pair in pairs], np.int32),
        home_zones=np.array([zone for zone, _ in pairs], np.int32),
        hours=hours,
        households=_households(people.households, seed),
    )


def _households(sizes: tuple[tuple[int, Decimal], ...], seed: int) -> HouseholdSpec | None:
    if not sizes:
        return None
    return HouseholdSpec(
        sizes=distributions.categorical([weight for _, weight in sizes], len(sizes)),
        size_values=tuple(size for size, _ in sizes),
        key=key(seed, "household"),
    )


def _home_weights(home: Catalogue) -> Array:
    weights = home.weights or tuple(Decimal(1) for _ in home.rows)
    whole = sum(weights)
    return np.array(
        # A small city stays possible: rounding must not take it out.
        [max(1, int(w * (1 << _HOME_BITS) / whole)) if w else 0 for w in weights],
        np.int64,
    )


def device_spec(scenario: Scenario, kinds: CatalogueTable, seed: int) -> DeviceSpec:
    """Return on what people come."""
    devices = scenario.devices
    per_person = devices.per_person if devices is not None else ((1, Decimal(1)),)
    shared = devices.shared if devices is not None else Decimal(0)
    return DeviceSpec(
        counts=distributions.categorical([weight for _, weight in per_person], len(per_person)),
        count_values=tuple(n for n, _ in per_person),
        kinds=kinds.distribution,
        count_key=key(seed, "devices"),
        kind_key=key(seed, "device kind"),
        session_key=key(seed, "device"),
        shared=distributions.categorical([shared, 1 - shared], 2) if shared else None,
        shared_key=key(seed, "shared device"),
        has_own_sign_in=devices is not None and devices.sign_in == "each",
    )
