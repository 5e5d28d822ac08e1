"""The contract of a sink, as tests to inherit.

For your own sink, in a test module of yours (pytest is needed):

    from footfall.sinks.conformance.suite import SinkContract

    class TestMySink(SinkContract):
        def make(self, folder):
            return MySink(folder / "events.my")

        def read(self, folder, run):
            return {"events": [...]}
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from footfall.data.chunk import Chunk
from footfall.data.schema import StreamSchema
from footfall.data.stream import Run
from footfall.data.tallies import Tallies
from footfall.errors import PermanentSinkError, StoreError
from footfall.sinks.conformance.record_batches import in_pieces
from footfall.sinks.conformance.row_comparison import Row, differences, expected_of, names_lost
from footfall.sinks.conformance.schemas import AWKWARD, BARE, NAMES, SCHOOL, SHOP, WIDER, WIDEST
from footfall.sinks.conformance.synthetic_chunks import (
    make_chunk,
    make_chunks,
    make_parts,
    make_run,
)
from footfall.sinks.protocol import Guarantee, KeepsTallies, Placement, Receipt, Sink
from footfall.units import DAY_MS


class SinkContract:
    """The suite that every sink has to pass, to inherit with a `make` and a `read`.

    Example:
        A sink that appends to one file, and cannot say later what it has:

            class TestMySink(SinkContract):
                has_many_runs = False
                resumes = False

                def make(self, folder):
                    return MySink(folder / "events.ndjson")

                def read(self, folder, run):
                    lines = (folder / "events.ndjson").read_text().splitlines()
                    return {"events": [from_json(line) for line in lines]}

    Attributes:
        has_many_runs: One destination takes several runs; else it refuses a second one.
        resumes: What was committed is known when the destination is opened again.
        takes_back: `fresh` removes what is there of the run; else all goes again, with the same
            ids, and `read` returns each event once, as whoever knows an id again has it.
    """

    has_many_runs = True
    resumes = True
    takes_back = True

    def make(self, folder: Path) -> Sink:
        """Return a new sink, not open; the same folder always means the same destination."""
        raise NotImplementedError

    def read(self, folder: Path, run: Run) -> dict[str, list[Row]]:
        """Return the rows of a run in the destination, by table: those tables that it keeps.

        Values are in plain form: `from_json`, `from_csv` and `plain` of `row_comparison` bring
        them into it.
        """
        raise NotImplementedError

    # Steps that the tests are made of.

    def write(
        self, folder: Path, run: Run, chunks: Iterable[Chunk], *, complete: bool = True
    ) -> list[Receipt]:
        """Open, prepare on a pickled copy as a worker would, commit, close."""
        # Through pickle, as between worker and owner: a sink that holds a connection from its
        # beginning, or keeps in memory what it has prepared, fails here and not in somebody's
        # run.
        sink = self.make(folder)
        encoder: Sink = pickle.loads(pickle.dumps(sink)) if sink.placement == "worker" else sink  # noqa: S301
        sink.open(run, fresh=False)
        receipts = [
            sink.commit(pickle.loads(pickle.dumps(encoder.prepare(chunk))))  # noqa: S301
            for chunk in chunks
        ]
        sink.close(complete=complete)
        return receipts

    def check(self, folder: Path, run: Run, chunks: Iterable[Chunk]) -> None:
        """Check that the destination has just the rows of some chunks, under the names that it says."""
        wanted = expected_of(self.make(folder), chunks)
        assert differences(wanted, self.read(folder, run)) == {}

    def needs_resume(self) -> None:
        """Pass over a test that is about continuing."""
        if not self.resumes:
            pytest.skip("this sink remembers nothing, and says so: best effort")

    # The contract.

    def test_says_what_it_is(self, tmp_path: Path) -> None:
        """A sink follows the protocol: it has a name, and a known placement and guarantee."""
        sink = self.make(tmp_path)
        assert isinstance(sink, Sink)
        assert sink.name
        assert sink.placement in get_args(Placement)
        assert sink.guarantee in get_args(Guarantee)
        assert self.resumes == (sink.guarantee != "best effort")

    @pytest.mark.parametrize(
        "schema", [SHOP, SCHOOL, AWKWARD, NAMES, BARE], ids=lambda schema: schema.scenario
    )
    def test_has_every_row_as_it_was(self, tmp_path: Path, schema: StreamSchema) -> None:
        """Row for row, value for value, whatever the texts, types, names and nulls are."""
        run = make_run(schema)
        self.write(tmp_path, run, make_chunks(run))
        self.check(tmp_path, run, make_chunks(run))

    def test_says_which_names_it_cannot_hold(self, tmp_path: Path) -> None:
        """A name that becomes another one is told before anything is written; no two become one."""
        assert names_lost(self.make(tmp_path), NAMES) == []

    def test_receipts_account_for_every_event(self, tmp_path: Path) -> None:
        """Generated = accepted + rejected + pending, and here all are accepted."""
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        receipts = self.write(tmp_path, run, chunks)
        assert [r.part for r in receipts] == [c.part for c in chunks]
        assert [r.accepted for r in receipts] == [c.events.num_rows for c in chunks]
        assert all(r.rejected == r.pending == 0 and not r.was_there_already for r in receipts)

    def test_takes_tables_in_pieces(self, tmp_path: Path) -> None:
        """Tables may be record batches cut out of larger ones, each with its dictionary."""
        run = make_run(AWKWARD)
        chunks = list(make_chunks(run))
        self.write(tmp_path, run, [in_pieces(chunk) for chunk in chunks])
        self.check(tmp_path, run, chunks)

    def test_takes_many_rows(self, tmp_path: Path) -> None:
        """Far more rows than travel in memory, or are encoded at once."""
        run = make_run(BARE, days=1, people=32)
        chunk = make_chunk(run, make_parts(run, group=32)[0], rows=70_000)
        self.write(tmp_path, run, [chunk])
        found = self.read(tmp_path, run)["events"]
        assert len(found) == chunk.events.num_rows
        assert {row["insert_id"] for row in found} == set(chunk.events["insert_id"].to_pylist())

    def test_takes_a_chunk_in_which_nothing_happens(self, tmp_path: Path) -> None:
        """A part without events moves the cursor like any other."""
        run = make_run(SCHOOL, days=1)
        chunks = [
            make_chunk(run, part, rows=rows)
            for part, rows in zip(make_parts(run), (0, 50), strict=True)
        ]
        receipts = self.write(tmp_path, run, chunks)
        assert receipts[0].accepted == 0
        self.check(tmp_path, run, chunks)
        if self.resumes:
            assert self.cursors(tmp_path, run) == {
                (0, 64): run.until_ms,
                (64, 128): run.until_ms,
            }

    def cursors(self, folder: Path, run: Run) -> dict[tuple[int, int], int]:
        """Return what the destination says it has of a run."""
        sink = self.make(folder)
        cursors = sink.open(run, fresh=False)
        sink.close(complete=False)
        return cursors

    def test_begins_with_nothing(self, tmp_path: Path) -> None:
        """A destination that was never used has no cursors, and no rows."""
        run = make_run(SCHOOL)
        assert self.cursors(tmp_path, run) == {}
        assert not any(self.read(tmp_path, run).values())

    def test_the_same_part_again_changes_nothing(self, tmp_path: Path) -> None:
        """A part that is there is acknowledged and not written again, also when reopened."""
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        first = self.write(tmp_path, run, [chunks[0], chunks[0], chunks[1]], complete=False)
        assert [r.was_there_already for r in first] == [False, True, False]
        self.check(tmp_path, run, chunks[:2])
        self.needs_resume()
        again = self.write(tmp_path, run, chunks)
        assert [r.was_there_already for r in again] == [True, True, False, False]
        self.check(tmp_path, run, chunks)

    def test_a_gap_is_refused(self, tmp_path: Path) -> None:
        """A part that leaves a gap behind its group's cursor is refused, whole."""
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        sink = self.make(tmp_path)
        sink.open(run, fresh=False)
        sink.commit(sink.prepare(chunks[0]))
        with pytest.raises(StoreError, match="gap"):
            sink.commit(sink.prepare(chunks[3]))
        sink.close(complete=False)
        self.check(tmp_path, run, chunks[:1])

    def test_a_part_that_is_there_in_part_is_refused(self, tmp_path: Path) -> None:
        """A part that begins before the cursor and ends behind it would double events."""
        run = make_run(SCHOOL)
        one, _, two, _ = make_parts(run)
        sink = self.make(tmp_path)
        sink.open(run, fresh=False)
        sink.commit(sink.prepare(make_chunk(run, one)))
        with pytest.raises(StoreError, match="is there in part"):
            sink.commit(sink.prepare(make_chunk(run, replace(two, from_ms=one.from_ms))))
        sink.close(complete=False)

    def test_a_part_of_another_run_is_refused(self, tmp_path: Path) -> None:
        """A part that was prepared for one run does not get into another."""
        run, other = make_run(SCHOOL), make_run(SCHOOL, seed=2)
        sink = self.make(tmp_path)
        sink.open(run, fresh=False)
        with pytest.raises(StoreError, match="belongs to run"):
            sink.commit(sink.prepare(next(make_chunks(other))))
        sink.close(complete=False)

    def test_columns_that_were_not_declared_are_refused(self, tmp_path: Path) -> None:
        """A chunk whose structs differ from its stream's schema is never cut to fit."""
        run, wider = make_run(SCHOOL), make_run(WIDER)
        chunk = next(make_chunks(run))
        foreign = replace(chunk, events=next(make_chunks(wider)).events)
        with pytest.raises(PermanentSinkError, match="event_properties"):
            self.make(tmp_path).prepare(foreign)

    def test_continues_where_it_stopped(self, tmp_path: Path) -> None:
        """Stopped after any part and opened anew, it says what it has and takes the rest."""
        self.needs_resume()
        run = make_run(SHOP, days=3)
        chunks = list(make_chunks(run))
        for done in range(len(chunks)):
            self.write(tmp_path, run, chunks[done : done + 1], complete=False)
            groups = {
                (c.part.first_person, c.part.end_person): c.part.until_ms
                for c in chunks[: done + 1]
            }
            assert self.cursors(tmp_path, run) == groups
        self.write(tmp_path, run, [])
        self.check(tmp_path, run, chunks)

    def test_keeps_what_was_counted(self, tmp_path: Path) -> None:
        """A sink that keeps tallies has those of all its parts, once each, also reopened."""
        sink = self.make(tmp_path)
        if not isinstance(sink, KeepsTallies):
            pytest.skip("this sink keeps no counts, or its destination can be asked")
        run, total = make_run(SHOP), Tallies.empty()
        for chunk in make_chunks(run):
            for _ in range(2):  # the second time it is there
                sink.open(run, fresh=False)
                sink.commit(sink.prepare(chunk))
                sink.close(complete=False)
            total.add(chunk.tallies)
            sink.open(run, fresh=False)
            assert sink.tallies() == total
            sink.close(complete=False)

    def test_says_nothing_of_counts_that_it_lacks(self, tmp_path: Path) -> None:
        """A part without tallies makes all unknown, until one brings those of the whole run."""
        sink = self.make(tmp_path)
        if not isinstance(sink, KeepsTallies):
            pytest.skip("this sink keeps no counts, or its destination can be asked")
        run, total = make_run(SHOP), Tallies.empty()
        *chunks, last = make_chunks(run)
        for chunk in chunks:
            total.add(chunk.tallies)
        given = [replace(chunks[0], tallies=Tallies.empty()), *chunks[1:]]
        for several, known in (
            (given, None),
            ([replace(last, tallies=replace(total, is_whole=True))], total),
        ):
            self.write(tmp_path, run, several, complete=False)
            sink.open(run, fresh=False)
            assert sink.tallies() == known
            sink.close(complete=False)

    def test_a_complete_run_is_left_alone(self, tmp_path: Path) -> None:
        """Opened again, a complete run has all its cursors at its end, and nothing changes."""
        self.needs_resume()
        run = make_run(SCHOOL)
        self.write(tmp_path, run, make_chunks(run))
        assert set(self.cursors(tmp_path, run).values()) == {run.until_ms}
        self.check(tmp_path, run, make_chunks(run))

    def test_a_longer_run_goes_on(self, tmp_path: Path) -> None:
        """A later end continues a run, and an earlier one takes nothing away."""
        self.needs_resume()
        short, long = make_run(SCHOOL, days=1), make_run(SCHOOL, days=3)
        self.write(tmp_path, short, make_chunks(short))
        have = len(list(make_chunks(short)))
        self.write(tmp_path, long, list(make_chunks(long))[have:])
        self.write(tmp_path, short, [])
        self.check(tmp_path, long, make_chunks(long))

    def test_fresh_begins_anew(self, tmp_path: Path) -> None:
        """`fresh` removes what is there of the run, if it can; all of it can be written again."""
        self.needs_resume()
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        self.write(tmp_path, run, chunks)
        sink = self.make(tmp_path)
        assert sink.open(run, fresh=True) == {}
        receipt = sink.commit(sink.prepare(chunks[0]))
        sink.close(complete=False)
        assert not receipt.was_there_already
        self.check(tmp_path, run, chunks[:1] if self.takes_back else chunks)
        self.write(tmp_path, run, chunks)
        self.check(tmp_path, run, chunks)

    def test_several_runs_and_scenarios(self, tmp_path: Path) -> None:
        """Runs of one scenario and of others lie side by side; or a second one is refused."""
        self.needs_resume()
        runs = [make_run(SCHOOL), make_run(SCHOOL, seed=2), make_run(AWKWARD), make_run(SHOP)]
        self.write(tmp_path, runs[0], make_chunks(runs[0]))
        for run in runs[1:]:
            if self.has_many_runs:
                self.write(tmp_path, run, make_chunks(run))
                continue
            with pytest.raises(StoreError, match="one file holds one run"):
                self.make(tmp_path).open(run, fresh=False)
        for run in runs if self.has_many_runs else runs[:1]:
            self.check(tmp_path, run, make_chunks(run))

    def test_a_scenario_may_gain_properties(self, tmp_path: Path) -> None:
        """Versions of a scenario with other properties share a destination, in any order."""
        if not self.has_many_runs:
            pytest.skip("one run per destination")
        runs = [
            make_run(schema, seed=i)
            for i, schema in enumerate((SCHOOL, WIDER, SCHOOL, WIDEST, WIDER))
        ]
        for run in runs:
            self.write(tmp_path, run, make_chunks(run))
        for run in runs:
            self.check(tmp_path, run, make_chunks(run))

    def test_is_not_opened_twice(self, tmp_path: Path) -> None:
        """While it is open, a second one is refused, and the first is not disturbed."""
        self.needs_resume()
        run = make_run(SCHOOL)
        chunks = list(make_chunks(run))
        first, second = self.make(tmp_path), self.make(tmp_path)
        first.open(run, fresh=False)
        with pytest.raises(StoreError, match="already open"):
            second.open(run, fresh=False)
        for chunk in chunks:
            first.commit(first.prepare(chunk))
        first.close(complete=True)
        self.check(tmp_path, run, chunks)

    def test_leaves_nothing_on_its_way(self, tmp_path: Path) -> None:
        """After closing nothing temporary is left, also of parts that were never committed."""
        self.needs_resume()
        run = make_run(SHOP, days=1, people=32)
        sink = self.make(tmp_path)
        sink.open(run, fresh=False)
        sink.prepare(make_chunk(run, make_parts(run, group=32)[0], rows=20_000))
        sink.close(complete=False)
        sink = self.make(tmp_path)  # what workers wrote after that is removed at the next start
        sink.prepare(make_chunk(run, make_parts(run, group=32)[0], rows=20_000))
        sink.open(run, fresh=False)
        sink.close(complete=False)
        names = [path.name for path in tmp_path.rglob("*")]
        assert not [
            name
            for name in names
            if "tmp" in name or "scratch" in name or name.endswith("lock")
        ]

    def test_can_be_closed_unopened(self, tmp_path: Path) -> None:
        """Closing a sink that was never opened, or closing it twice, does nothing."""
        sink = self.make(tmp_path)
        sink.close(complete=False)
        sink.open(make_run(SCHOOL), fresh=False)
        sink.close(complete=False)
        sink.close(complete=False)

    def test_window_and_day_may_differ(self, tmp_path: Path) -> None:
        """Parts may be of any length: here five hours, across midnight."""
        run = make_run(BARE)
        chunks = list(make_chunks(run, window_ms=5 * DAY_MS // 24))
        self.write(tmp_path, run, chunks)
        self.check(tmp_path, run, chunks)
