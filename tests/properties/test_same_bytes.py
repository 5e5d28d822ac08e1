"""The one rule: a stream fixes every event; how it is simulated is no part of it."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings

from footfall.compiler import compile_scenario
from footfall.scenario import load_shipped, loads
from footfall.units import DAY_MS
from tests.generated import scenarios
from tests.simulated import same, simulated
from tests.thoroughness import n_examples

SLOW = settings(
    max_examples=n_examples(18), deadline=None, suppress_health_check=list(HealthCheck)
)


@given(scenarios(), st.lists(st.floats(0.001, 7.9), max_size=4), st.sampled_from([7, 23, 64]))
@SLOW
def test_windows_and_groups_change_nothing(text, cuts, group):
    """Any windows and any groups of people give the same events, changes, arrivals and tallies."""
    model = compile_scenario(loads(text))
    whole = simulated(model, 8)
    parts = simulated(model, 8, sorted(cuts), group)
    same(whole, parts)
    assert whole.tallies == parts.tallies


@given(scenarios(), st.floats(0.5, 6))
@SLOW
def test_a_shorter_run_is_the_first_part_of_a_longer_one(text, days):
    """Cutting a long run at an instant leaves exactly the events of the short one."""
    model = compile_scenario(loads(text))
    short, long = simulated(model, days), simulated(model, 7)
    end = pa.scalar(model.start_ms + round(days * DAY_MS), pa.timestamp("ms", tz="UTC"))
    long.events = long.events.filter(pc.less(long.events["time"], end))
    long.changes = long.changes.filter(pc.less(long.changes["time"], end))
    long.arrivals = long.arrivals.filter(pc.less(long.arrivals["arrived"], end))
    same(short, long)


@pytest.mark.parametrize("name", ["ecommerce", "online_school"])
def test_shipped_scenarios_do_not_depend_on_windows_and_groups(name):
    """The shipped scenarios give the same bytes for odd windows and odd groups."""
    model = compile_scenario(load_shipped(name), people=400)
    same(simulated(model, 12), simulated(model, 12, [0.3, 1, 4.7], 61))


@given(scenarios())
@SLOW
def test_events_of_a_person_rise_strictly_and_ids_are_unique(text):
    """One person's events have rising times and numbers; no id stands twice."""
    run = simulated(loads(text), 6)
    ids = run.events["insert_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    last = {}
    for person, time, insert_id in zip(
        run.events["person"].to_pylist(), run.events["time"].to_pylist(), ids, strict=True
    ):
        number = int(insert_id.rsplit("-", 1)[1], 16)
        assert last.get(person, (time.min.replace(tzinfo=time.tzinfo), 0)) < (time, number)
        assert time > last.get(person, (time.min.replace(tzinfo=time.tzinfo), 0))[0]
        last[person] = (time, number)


EXTRA = """\
            - maybe: 50%
              named: unrelated
              steps:
                - pick: item
                  named: unrelated item
                - set: {mood: {pick: [good, bad]}}
                  named: unrelated mood
"""


@given(scenarios())
@SLOW
def test_an_unrelated_step_leaves_every_other_draw_as_it_was(text):
    """A decision and two draws put into every visit keep every event as it was: who, what, when."""
    text = text.replace("mood == 'good'", "mood == null").replace(
        "{mood: {pick: [good, bad]}}", "{points: 1}"
    )
    longer = text.replace("  bonus:\n", EXTRA + "  bonus:\n")
    columns = ["person", "time", "event_type", "session_id", "stage", "platform"]
    before, after = simulated(loads(text), 5).events, simulated(loads(longer), 5).events
    assert before.num_rows == after.num_rows
    for column in columns:
        assert before[column].to_pylist() == after[column].to_pylist(), column


HASH = """
import hashlib, sys
from footfall.compiler import compile_scenario
from footfall.scenario import load_shipped
from tests.simulated import simulated
digest = hashlib.sha256()
for name in ("ecommerce", "online_school"):
    run = simulated(compile_scenario(load_shipped(name), people=300), 10)
    for table in (run.events, run.changes, run.arrivals):
        digest.update(repr(table.to_pylist()).encode())
print(digest.hexdigest())
"""


def digest(**environment: str) -> str:
    """Return the digest of two small runs, made in a process of its own."""
    root = Path(__file__).parents[2]
    settings_ = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"} | environment
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HASH],
        env=settings_,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processor_hash_seed_locale_and_time_zone_change_nothing():
    """Without AVX-512 and AVX2, with another hash seed, locale and TZ, the events are the same."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    off = " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))
    other = digest(
        NPY_DISABLE_CPU_FEATURES=off,
        PYTHONHASHSEED="7",
        TZ="Asia/Kathmandu",
        LANG="tr_TR.UTF-8",
    )
    assert other == digest(PYTHONHASHSEED="1")
