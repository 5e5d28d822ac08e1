"""A report made by hand, for what is rendered."""

from __future__ import annotations

from dataclasses import replace

from footfall.data.tallies import FactorSums
from footfall.reports import (
    FunnelStep,
    IdentityCounts,
    PeopleGroup,
    ProfileCounts,
    Report,
    StageCounts,
    Stages,
    Truth,
)
from footfall.reports.asked_and_got import Amount, Case, Tally
from footfall.reports.curves import Curves, Days, HourlyCurve, Hours
from footfall.reports.judging import judged_groups
from footfall.reports.over_time import OverTime, TimeCounts
from footfall.reports.retention import Bracket, Cohort, Retained, Retention
from footfall.reports.stages import ComparedGroup, StepComparison
from footfall.reports.truth import ChanceEffect, Decision, Factor, Skipped
from footfall.store import RunInfo
from footfall.units import HOUR_MS
from tests.stores import START_MS, make_run

H, DAY = HOUR_MS, 24 * HOUR_MS
ONE = 1 << 32
HOSTILE = "<script>alert('1')</script> & \"x\" \x1b[31m\u202eevil"

STEPS = (
    FunnelStep(900, 300, 17_000, 3 * DAY, 20),
    FunnelStep(280, 70, 41 * 60_000, 26 * H, 33),
)
STAGES = Stages(
    people=1000,
    already_here=100,
    stages=(
        StageCounts("visitor", False, 1000, 620, STEPS[0], 0),
        StageCounts("cart", False, 380, 290, STEPS[1], 12),
        StageCounts("customer", True, 90, 90, None, 0),
    ),
    comparison=StepComparison(
        "platform",
        (
            ComparedGroup(
                "phone",
                (
                    FunnelStep(600, 180, 15_000, 2 * DAY, 9),
                    FunnelStep(180, 36, 40 * 60_000, DAY, 20),
                ),
            ),
            ComparedGroup(
                None,
                (
                    FunnelStep(300, 120, 21_000, 4 * DAY, 11),
                    FunnelStep(100, 34, 45 * 60_000, 30 * H, 13),
                ),
            ),
        ),
    ),
)
COUNTED = [
    PeopleGroup(
        *("Санкт-Петербург", 400, 380, 190, 1200, 9600, 260_000, 8_400_000),
        *(40, 1_234_500, 38, 10**11, 10**16),
    ),
    PeopleGroup(
        *("New York", 575, 500, 200, 1000, 8050, 150_000, 3_700_000),
        *(50, 2_000_000, 47, 10**11, 10**16),
    ),
    PeopleGroup("Nice", 25, 20, 10, 60, 500, 12_000, 350_000, 0, 0, 0, 0, 0),
]
CITIES = judged_groups(COUNTED, "customer", "EUR", 2, "engagement")
PLATFORMS = judged_groups(
    [replace(COUNTED[0], name="phone"), replace(COUNTED[1], name=None)],
    *("customer", "EUR", 2, "conversion", "platform"),
)
HELD = Amount(
    FactorSums(
        400,
        16_000 * H * ONE,
        8_000 * H * ONE,
        8_100 * H * ONE,
        400 * (19 * H) ** 2 * ONE // 10**6,
    )
)
RARE = Amount(
    FactorSums(10, 400 * H * ONE, 12 * H * ONE, 14 * H * ONE, 10 * H**2 * ONE // 10**6)
)
DEAR = Amount(FactorSums(50, 50_000 * ONE, 65_000 * ONE, 65_010 * ONE, 0), 100)
TRUTH = Truth(
    decisions=(
        Decision("pay/bank", "paid", Tally(1000, 900 * ONE, 930, 90 * ONE)),
        Decision("pay/bank", "refused", Tally(400, 40 * ONE, 38, 30 * ONE)),
        Decision("pay/promo", "yes", Tally(0, 0, 0, 0)),
    ),
    effects=(
        ChanceEffect(
            "cities",
            "pay/promo",
            "yes",
            (
                Case("Nice", 0.7, Tally(50, 20 * ONE, 26, 12 * ONE)),
                Case("New York", 1.4, Tally(250, 150 * ONE, 141, 60 * ONE)),
            ),
            Tally(0, 0, 0, 0),
        ),
        ChanceEffect(
            "sale",
            "pay/bank",
            "paid",
            (Case("", 2.0, Tally(300, 285 * ONE, 280, 12 * ONE)),),
            Tally(700, 615 * ONE, 620, 70 * ONE),
        ),
    ),
    skipped=(Skipped("full list", "cart/lines", 3),),
    factors=(
        Factor(
            "habit",
            "life/visits",
            "wait",
            by_value=(Case("monthly", 0.03, RARE), Case("yearly", 0.5, HELD)),
            affected=Amount(RARE.sums.plus(HELD.sums)),
            others=Amount(
                FactorSums(
                    900,
                    36_000 * H * ONE,
                    36_000 * H * ONE,
                    39_600 * H * ONE,
                    900 * (38 * H) ** 2 * ONE // 10**6,
                )
            ),
        ),
        Factor(
            "dear",
            "pay/total",
            "money",
            (Case("", 1.3, DEAR),),
            affected=DEAR,
            others=Amount(FactorSums(), 100),
        ),
    ),
)
CURVES = Curves(
    Days(
        START_MS,
        ("visitor", "cart", "customer"),
        (100, 80, 9),
        ((400, 700, 1000), (180, 260, 380), (20, 50, 90)),
    ),
    Hours(
        "country",
        (
            HourlyCurve("US", tuple(range(24))),
            HourlyCurve("FR", tuple(range(24, 0, -1))),
            HourlyCurve(None, (5,) * 24),
        ),
    ),
)

IDENTITY = IdentityCounts(
    1000,
    18_150,
    640,
    1820,
    35,
    (
        ProfileCounts("ids", 2460, 35, 610, 88),
        ProfileCounts("last", 1304, 31, 240, 120),
        ProfileCounts("first", 1304, 29, 238, 101),
    ),
)

RETENTION = Retention(
    "n-day",
    (Bracket(1, 1), Bracket(2, 2)),
    START_MS,
    Cohort(0, 3, 900, (Retained(140, 610), Retained(33, 300))),
    (
        Cohort(0, 1, 300, (Retained(70, 300), Retained(33, 300))),
        Cohort(1, 1, 310, (Retained(70, 310), Retained(0, 0))),
        Cohort(2, 1, 290, (Retained(0, 0), Retained(0, 0))),
    ),
)

OVER_TIME = OverTime(
    START_MS,
    "EUR",
    2,
    False,
    (
        TimeCounts(0, 1, 300, 410, 410, 410, 520, 6050, 120_050),
        TimeCounts(1, 1, 310, 480, 700, 700, 610, 6000, 98_000),
        TimeCounts(2, 1, 290, 450, 900, 900, 580, 6100, 0),
    ),
)


def info(
    *, title: str = "Tiny shop", state: str = "complete", scenario: str = "tiny"
) -> RunInfo:
    """Return a run of three days."""
    run = make_run(until_ms=3 * DAY, people=1000, title=title)
    schema = replace(run.stream.schema, scenario=scenario)
    run = replace(run, stream=replace(run.stream, schema=schema), settings={"people": "1000"})
    return RunInfo(
        run, state, START_MS, None, START_MS, events=18_150, changes=0, arrivals=1000, parts=1
    )


def example(**parts: object) -> Report:
    """Return a report with everything in it, but for what is given."""
    return Report(
        **{
            "info": info(),
            "stages": STAGES,
            "cities": CITIES,
            "truth": TRUTH,
            "curves": CURVES,
            "groups": PLATFORMS,
            "identity": IDENTITY,
            "retention": RETENTION,
            "over_time": OVER_TIME,
            **parts,
        }
    )


def only(*names: str) -> Report:
    """Return the example with these parts of it alone."""
    return Report(info=info(), **{name: getattr(example(), name) for name in names})


def hostile() -> Report:
    """Return a report all of whose names try to be something else."""
    names = (HOSTILE, "</style><img src=x onerror=alert(2)>", "]]>--><svg onload=alert(3)>")
    stages = tuple(
        replace(stage, name=name) for stage, name in zip(STAGES.stages, names, strict=True)
    )
    groups = tuple(replace(group, value=HOSTILE) for group in STAGES.comparison.groups)
    hours = Hours("city", (HourlyCurve(HOSTILE, (1,) * 24), HourlyCurve(names[1], (2,) * 24)))
    return Report(
        info=info(title=HOSTILE),
        stages=replace(STAGES, stages=stages, comparison=StepComparison(HOSTILE, groups)),
        cities=replace(
            CITIES,
            groups=tuple(replace(c, name=HOSTILE + c.name) for c in CITIES.groups),
            goal=names[2],
        ),
        groups=replace(
            PLATFORMS,
            groups=tuple(replace(g, name=HOSTILE) for g in PLATFORMS.groups),
            by=names[1],
        ),
        truth=replace(TRUTH, decisions=(Decision(HOSTILE, "x", TRUTH.decisions[0].tally),)),
        curves=Curves(replace(CURVES.days, stages=names), hours),
        identity=IDENTITY,  # neither has names
        retention=RETENTION,
        over_time=replace(OVER_TIME, currency=HOSTILE),
    )
