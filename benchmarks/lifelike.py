"""What gives simulated people away: the same figures of shipped scenarios and of any log, by the same code.

    python benchmarks/lifelike.py [--people 20000] [--days 60] [--seeds 5] [LOG.parquet:PERSON:TIME ...]

A log is a file with a column of persons and one of times (a timestamp, or seconds or milliseconds since 1970).
Sessions are a person's events with gaps of at most 30 minutes. Days are those of UTC. Figures per day are means over
seeds of the days, the people's seed being the same.

Definitions: *Fano* is variance over mean of newcomers per day, over 200 seeds. *cv* is the spread of sessions per day
over a fit (centred mean of 29 days × weekday), *chance* what Poisson counts of the fit would have. *Pace* is the share
of the variance of ln(gap) within sessions that lies between persons: ICC(1) of gaps of 1 to 1,800 s. *Own hours* is the
mean resultant length of the hours of people with 50 sessions and more, beside that of all their sessions together.
*Rise by warm-up* is what `footfall check` says: by how much visits per day of a run rise beside growth.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt

import footfall
from footfall.compiler import compile_scenario
from footfall.compiler.addresses import key
from footfall.execution.warm_up import warm_up
from footfall.model.model import Model
from footfall.scenario.loading import load_shipped
from footfall.scenario.records import Scenario
from footfall.sim.arrivals import Arrivals
from footfall.sim.calendar import ActivityCalendar
from footfall.units import DAY_MS

Array = npt.NDArray[np.int64]
SESSION_GAP_MS = 30 * 60 * 1000
FANO_SEEDS = 200
HEAVY_SESSIONS = 50
WANTED = {
    "newcomers per day: Fano": "0.9 to 1.1",
    "sessions per day: cv": "0.05 to 0.09 at 100,000 people",
    "sessions per day: lag-1 correlation": "0 to 0.4",
    "pace: share between persons": "0.05 to 0.2",
    "own hours of heavy users": "0.45 and more",
    "events per session: p99.9 / median": "15 and more",
    "events per session: largest / median": "44 and more, in 100,000 sessions",
    "events of the busiest 1 %": "12 to 40 %",
    "visits per day: rise by warm-up": "up to 2 %",
    "D1 / D7 / D30": "27 / 9 / 4 % (shop)",
    "orders that come back": "17 to 21 % (shop)",
}


@dataclass(frozen=True)
class Log:
    """Events of people.

    Args:
        persons, times_ms: Shape (n,), ordered by person and time.
    """

    persons: Array
    times_ms: Array

    @property
    def is_new_session(self) -> npt.NDArray[np.bool_]:
        """Whether an event begins a session."""
        is_other = np.append(True, np.diff(self.persons) != 0)
        return is_other | np.append(True, np.diff(self.times_ms) > SESSION_GAP_MS)


def log_of(persons: Array, times_ms: Array) -> Log:
    """Return events in order."""
    order = np.lexsort((times_ms, persons))
    return Log(persons[order], times_ms[order])


def read(given: str) -> Log:
    """Return the log that an argument names: FILE:PERSON:TIME."""
    path, person, time = given.rsplit(":", 2)
    found = (
        duckdb.sql(
            f"""SELECT dense_rank() OVER (ORDER BY "{person}") AS person, "{time}" AS at
            FROM '{path}' WHERE "{person}" IS NOT NULL AND "{time}" IS NOT NULL"""
        )
        .arrow()
        .read_all()
    )
    at = found["at"]
    if str(at.type).startswith("timestamp"):
        times = at.cast("timestamp[ms]").cast("int64").to_numpy()
    else:
        times = at.cast("int64").to_numpy()
        times = times * 1000 if times.max() < 10**11 else times
    return log_of(found["person"].to_numpy(), times)


def simulated(scenario: str, people: int, days: int, **settings: str) -> Log:
    """Return a run's events within sessions, and those outside of them."""
    persons, times = [], []
    for chunk in footfall.simulate(scenario, people=people, days=days, settings=settings):
        persons.append(chunk.events["person"].to_numpy())
        times.append(chunk.events["time"].cast("timestamp[ms]").cast("int64").to_numpy())
    return log_of(np.concatenate(persons), np.concatenate(times))


def pace(log: Log) -> float:
    """Return the share of the variance of ln(gap) within sessions that lies between persons."""
    gaps = np.diff(log.times_ms)
    counts = (np.diff(log.persons) == 0) & (gaps >= 1000) & (gaps <= SESSION_GAP_MS)
    _, who = np.unique(log.persons[1:][counts], return_inverse=True)
    logs = np.log(gaps[counts] / 1000)
    n = np.bincount(who)
    many = n >= 2
    keep = many[who]
    sums, logs, who = np.bincount(who, logs), logs[keep], who[keep]
    means = sums / n
    k, total = int(many.sum()), int(n[many].sum())
    between = (n[many] * (means[many] - logs.mean()) ** 2).sum() / (k - 1)
    within = ((logs - means[who]) ** 2).sum() / (total - k)
    n0 = (total - (n[many].astype(float) ** 2).sum() / total) / (k - 1)
    return float((between - within) / (between + (n0 - 1) * within))


def own_hours(log: Log) -> tuple[float, float]:
    """Return the mean resultant length of the hours of heavy users, and that of all their sessions together."""
    starts = log.is_new_session
    _, who = np.unique(log.persons[starts], return_inverse=True)
    n = np.bincount(who)
    angle = log.times_ms[starts] % DAY_MS * (2 * np.pi / DAY_MS)
    east, north = np.bincount(who, np.cos(angle)), np.bincount(who, np.sin(angle))
    heavy = n >= HEAVY_SESSIONS
    if not heavy.any():
        return float("nan"), float("nan")
    each = np.hypot(east, north)[heavy] / n[heavy]
    return float(each.mean()), float(
        np.hypot(east[heavy].sum(), north[heavy].sum()) / n[heavy].sum()
    )


def days_of(log: Log) -> tuple[float, float, float]:
    """Return the spread of sessions per day over their fit, that of chance, and the lag-1 correlation."""
    day = log.times_ms[log.is_new_session] // DAY_MS
    counts = np.bincount(day - day.min())[1:-1].astype(float)
    width = min(29, len(counts) // 2 * 2 - 1)
    pad = np.pad(counts, width // 2, mode="reflect")
    trend = np.maximum(np.convolve(pad, np.ones(width) / width, "valid"), 1e-9)
    weekday = np.arange(len(counts)) % 7
    factor = np.array([(counts / trend)[weekday == d].mean() for d in range(7)])[weekday]
    fit = trend * factor
    rest = counts / fit - 1
    return (
        float(rest.std()),
        float(np.sqrt((1 / fit).mean())),
        float(np.corrcoef(rest[1:], rest[:-1])[0, 1]),
    )


def retention(log: Log) -> list[float]:
    """Return the share of newcomers with an event on calendar day 1, 7 and 30 after their first, in percent."""
    day = log.times_ms // DAY_MS
    first = np.append(True, np.diff(log.persons) != 0)
    came = np.repeat(day[first], np.diff(np.append(np.flatnonzero(first), len(day))))
    begin, end = day.min() + 14, day.max()
    shares = []
    for k in (1, 7, 30):
        fits = (came >= begin) & (came + k <= end)
        of = len(np.unique(log.persons[fits]))
        back = len(np.unique(log.persons[fits & (day == came + k)]))
        shares.append(100 * back / max(of, 1))
    return shares


def figures(log: Log) -> dict[str, str]:
    """Return the figures of one log."""
    sizes = np.diff(np.append(np.flatnonzero(log.is_new_session), len(log.persons)))
    median = float(np.median(sizes))
    per_person = np.sort(np.unique(log.persons, return_counts=True)[1])[::-1]
    top = per_person[: max(1, len(per_person) // 100)].sum() / per_person.sum()
    heavy, together = own_hours(log)
    return {
        "events, people, sessions": f"{len(log.persons):,}, {len(per_person):,}, {len(sizes):,}",
        "pace: share between persons": f"{pace(log):.3f}",
        "own hours of heavy users": f"{heavy:.2f} (together {together:.2f})",
        "events per session: p99.9 / median": f"{np.quantile(sizes, 0.999) / median:.1f}",
        "events per session: largest / median": f"{sizes.max() / median:.0f}",
        "events of the busiest 1 %": f"{top:.1%}",
        "D1 / D7 / D30": " / ".join(f"{share:.1f}" for share in retention(log)) + " %",
    }


def fano(scenario: str, people: int) -> float:
    """Return variance over mean of newcomers per day, over seeds, campaigns and all.

    Compiled once: of a seed only the keys of its counts are put into the model.
    """
    loaded = load_shipped(scenario)
    model = compile_scenario(loaded, people=people)
    ends = [model.start_ms + day * DAY_MS for day in range(model.length_days + 1)]
    calendar = ActivityCalendar(model.calendar, ends[-1] + DAY_MS)
    counts = []
    for seed in range(FANO_SEEDS):
        keyed = Arrivals(_with_seed(model, loaded, seed), calendar, ends[-1])
        counts.append([keyed.numbers_until(end) for end in ends])
    newcomers = np.diff(counts, axis=1)
    return float((newcomers.var(axis=0, ddof=1) / newcomers.mean(axis=0)).mean())


def _with_seed(model: Model, scenario: Scenario, seed: int) -> Model:
    campaigns = tuple(
        replace(spec, key=key(seed, "campaign", campaign.named))
        for spec, campaign in zip(
            model.calendar.campaigns, scenario.calendar.campaigns, strict=True
        )
    )
    return replace(
        model,
        people=replace(model.people, count_key=key(seed, "arrivals per day")),
        calendar=replace(model.calendar, campaigns=campaigns),
    )


def returns(scenario: str, people: int) -> str:
    """Return the share of orders that were refunded or called off, of those 20 to 30 days before the end."""
    end_ms, ordered, back = 0, {}, set()
    for chunk in footfall.simulate(scenario, people=people, days=60):
        end_ms = max(end_ms, chunk.part.until_ms)
        events = chunk.events.select(["event_type", "time", "event_properties"]).to_pylist()
        for event in events:
            if event["event_type"] == "Order Completed":
                ordered[event["event_properties"]["order_id"]] = (
                    event["time"].timestamp() * 1000
                )
            elif event["event_type"] in ("Order Refunded", "Order Cancelled"):
                back.add(event["event_properties"]["order_id"])
    old = {order for order, at in ordered.items() if at < end_ms - 20 * DAY_MS}
    return f"{len(old & back) / max(len(old), 1):.1%} of {len(old):,}"


def of_days(log_or_logs: list[Log]) -> dict[str, str]:
    """Return the figures of days, means over logs."""
    cv, chance, lag = np.mean([days_of(log) for log in log_or_logs], axis=0)
    return {
        "sessions per day: cv": f"{cv:.3f} (chance {chance:.3f})",
        "sessions per day: lag-1 correlation": f"{lag:.2f}",
    }


def _rise(scenario: str) -> str:
    found = warm_up(load_shipped(scenario))
    return "" if found is None else f"{found.rise:.1%}, for {found.run_days:.0f} days"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="*", metavar="LOG:PERSON:TIME")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5, help="Seeds of the days.")
    asked = parser.parse_args()
    columns = {}
    for scenario in ("ecommerce", "online-school"):
        logs = [
            simulated(scenario, asked.people, asked.days, **{"calendar.days.seed": str(seed)})
            for seed in range(asked.seeds)
        ]
        columns[scenario] = {
            "newcomers per day: Fano": f"{fano(scenario, asked.people):.2f}",
            "visits per day: rise by warm-up": _rise(scenario),
            **of_days(logs),
            **figures(logs[0]),
        }
    columns["ecommerce"]["orders that come back"] = returns("ecommerce", asked.people // 2)
    for given in asked.logs:
        log = read(given)
        columns[given.rsplit(":", 2)[0].rpartition("/")[2]] = {**of_days([log]), **figures(log)}
    print(f"{asked.people:,} people, {asked.days} days, {asked.seeds} seeds of the days")
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    print("| figure | wanted | " + " | ".join(columns) + " |")
    print("| --- " * (len(columns) + 2) + "|")
    for name in names:
        got = " | ".join(column.get(name, "") for column in columns.values())
        print(f"| {name} | {WANTED.get(name, '')} | {got} |")


if __name__ == "__main__":
    main()
