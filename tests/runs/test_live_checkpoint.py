"""Live runs that go on from a checkpoint, or without one: the union is one long run either way."""

import pickle
import shutil
import sys
import threading

import numpy as np
import pytest

import footfall
from footfall.execution.live.checkpoint import Checkpoints
from footfall.execution.live.population import LivePopulation
from footfall.model.builtins import PERSON
from footfall.units import DAY_MS, HOUR_MS
from tests.runs.test_live import (
    A_DAY_IN_2_S,
    PEOPLE,
    SCENARIO,
    START,
    FakeClock,
    _wide_windows,
    assert_same,
    contents,
    go_live,
    whole,
)

__all__ = ["_wide_windows", "whole"]  # fixtures
checkpoint, crowds = (sys.modules[c.__module__] for c in (Checkpoints, LivePopulation))


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A folder with three of six days, lived in windows, and a checkpoint from before their end."""
    folder = tmp_path_factory.mktemp("half")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "EVERY_S", 1.0)
        patch.setattr(checkpoint, "MOST_SHARE", 1.0)
        on_half_way(folder)
    return folder


@pytest.fixture
def half(tmp_path, monkeypatch, lived):
    """A copy of that folder, for a test to spoil or to go on with; the checkpoint's file."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 1.0)
    monkeypatch.setattr(checkpoint, "MOST_SHARE", 1.0)
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    (file,) = (tmp_path / "kept").iterdir()
    return file


def on_half_way(folder, **options):
    go_live(
        folder / "a.duckdb",
        6,
        people=PEOPLE,
        start=START,
        checkpoints=folder / "kept",
        **options,
    )


def finish(folder, monkeypatch=None):
    """Live through the other three days; where a patch is given, without living through the first again."""
    if monkeypatch is not None:
        monkeypatch.setattr(
            LivePopulation, "_begin", lambda *_: pytest.fail("the past is lived through again")
        )
    go_live(folder / "a.duckdb", 6, checkpoints=folder / "kept")


def test_going_on_from_a_checkpoint(tmp_path, monkeypatch, whole, half):
    """The past is not lived through again, and the union is one long run."""
    finish(tmp_path, monkeypatch)
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_going_on_without_one(tmp_path, whole, half, capsys):
    """Whoever deletes the file loses nothing."""
    half.unlink()
    finish(tmp_path)
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert capsys.readouterr().err == ""


def test_several_blocks_of_people(tmp_path, monkeypatch, whole):
    """Also where people came in several blocks, and more come later."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 1.0)
    monkeypatch.setattr(crowds, "SOON_MS", HOUR_MS)
    on_half_way(tmp_path)
    with monkeypatch.context() as patch:
        finish(tmp_path, patch)
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_stopped_in_the_middle(tmp_path, monkeypatch, whole):
    """Two days by `run`, some live, stopped, and live again from the checkpoint: as one run of six days."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 0.4)
    monkeypatch.setattr(checkpoint, "MOST_SHARE", 1.0)
    stop, file, kept = (
        threading.Event(),
        tmp_path / "a.duckdb",
        {"checkpoints": tmp_path / "kept"},
    )

    def watch(status):
        if status.at_ms > whole[2][1] - 3 * DAY_MS:
            stop.set()

    footfall.run(SCENARIO, people=PEOPLE, start=START, days=2, to=f"duckdb:{file}", workers=1)
    stopped = go_live(file, 8, stop=stop, watch=watch, **kept)
    assert not stopped.is_finished
    left_s = (whole[2][1] - stopped.run.until_ms) / 1000 / A_DAY_IN_2_S
    monkeypatch.setattr(
        LivePopulation, "_begin", lambda *_: pytest.fail("the past is lived through again")
    )
    go_live(file, left_s, **kept)
    assert_same(contents(file), whole)


def torn(file):
    file.write_bytes(file.read_bytes()[:-1000])


def flipped(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def of_another_stream(file):
    with np.load(file) as members:
        arrays = dict(members)
    arrays["about"] = np.array(str(arrays["about"]).replace(file.stem, "0" * 16))
    np.savez(file.with_suffix(""), **arrays)


def of_another_version(file):
    with np.load(file) as members:
        arrays = dict(members)
    arrays["about"] = np.array(str(arrays["about"]).replace('"footfall": "', '"footfall": "9.'))
    np.savez(file.with_suffix(""), **arrays)


def of_other_people(file):
    with np.load(file) as members:
        arrays = {
            name: array[1:] if name == "0/state.clock" else array
            for name, array in members.items()
        }
    np.savez(file.with_suffix(""), **arrays)


def of_people_who_are_not_there(file):
    with np.load(file) as members:
        arrays = dict(members)
    (name,) = [name for name in arrays if name == f"0/state.columns.{PERSON}"]
    arrays[name] = arrays[name] + 10**6
    np.savez(file.with_suffix(""), **arrays)


def empty(file):
    file.write_bytes(b"")


class Evil:
    """Says so when it is read."""

    def __reduce__(self):
        return pytest.fail, ("code in a checkpoint was run",)


def pickled(file):
    file.write_bytes(pickle.dumps(Evil()))


def with_an_object(file):
    np.savez(file.with_suffix(""), about=np.array([Evil()], object))


SPOILT = [
    torn,
    flipped,
    of_another_stream,
    of_another_version,
    empty,
    pickled,
    with_an_object,
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_file_that_cannot_be_used(half, capsys, spoil):
    """It is left, with a remark that says why."""
    spoil(half)
    assert Checkpoints(half.stem, FakeClock(), half.parent).load(0) is None
    assert f"{half} is not used: " in capsys.readouterr().err


@pytest.mark.parametrize("spoil", [torn, of_other_people, of_people_who_are_not_there])
def test_without_a_file_that_can_be_used(tmp_path, whole, half, capsys, spoil):
    """Whether its bytes are wrong or its people are: the past is lived through instead."""
    spoil(half)
    finish(tmp_path)
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert f"{half} is not used: " in capsys.readouterr().err


def test_one_from_ahead_of_the_sink(tmp_path, whole, half, capsys):
    """A sink that has less than the checkpoint's past is filled from the start."""
    (tmp_path / "a.duckdb").unlink()
    go_live(tmp_path / "a.duckdb", 1, people=PEOPLE, start=START, checkpoints=tmp_path / "kept")
    go_live(tmp_path / "a.duckdb", 11, checkpoints=tmp_path / "kept")
    assert_same(contents(tmp_path / "a.duckdb"), whole)


def test_a_disk_that_is_full(tmp_path, monkeypatch, whole, capsys):
    """A checkpoint that cannot be written is a remark; the run goes on."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 3.0)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    go_live(
        tmp_path / "a.duckdb", 12, people=PEOPLE, start=START, checkpoints=tmp_path / "kept"
    )
    assert_same(contents(tmp_path / "a.duckdb"), whole)
    assert "was not written: No space left on device" in capsys.readouterr().err
    assert not list((tmp_path / "kept").iterdir())


def test_one_counts_only_when_the_sinks_have_got_there(tmp_path):
    """Written ahead of the sinks it stands beside the last one, which is used until then; a stop removes it."""
    clock = FakeClock()
    kept = Checkpoints("run", clock, tmp_path)
    for at_ms, reached_ms in ((100, 100), (200, 199)):
        kept.write(
            checkpoint.PopulationSnapshot(
                at_ms, 1000, 500, [checkpoint.PopulationBlock(0, 2, {"a": np.arange(2)})]
            )
        )
        kept.settle(reached_ms)
    stood = kept.load(300)
    assert stood is not None
    assert (stood.at_ms, stood.blocks[0].end, stood.blocks[0].saved["a"].tolist()) == (
        100,
        2,
        [0, 1],
    )
    assert kept.load(99) is None, "of later"
    assert kept.load(1000) is None, "past the end of its calendar"
    kept.settle(200)
    assert kept.load(300).at_ms == 200
    kept.write(checkpoint.PopulationSnapshot(400, 1000, 500, []))
    kept.close()
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_writing_takes_a_small_share_of_the_time(tmp_path):
    """One a minute; where writing takes seconds, fewer."""

    class Slow(FakeClock):
        def monotonic(self):
            self.now += 1.0
            return self.now

    clock = FakeClock()
    kept = Checkpoints("run", clock, tmp_path)
    assert not kept.is_due
    clock.sleep(60)
    assert kept.is_due
    slow = Slow()
    kept = Checkpoints("run", slow, tmp_path)
    kept.write(checkpoint.PopulationSnapshot(1, 1000, 500, []))
    kept.settle(1)
    slow.now += 150
    assert not kept.is_due
    slow.now += 60
    assert kept.is_due


def test_another_seed_has_a_file_of_its_own(tmp_path, whole, half):
    """The file's name is the stream's."""
    go_live(
        tmp_path / "b.duckdb",
        1,
        people=PEOPLE,
        start=START,
        seed=2,
        checkpoints=tmp_path / "kept",
    )
    finish(tmp_path)
    assert_same(contents(tmp_path / "a.duckdb"), whole)
