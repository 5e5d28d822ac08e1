"""The sender's clock is set back in the middle of a delivery: nothing waits for it, nothing is lost or there twice."""

import pytest

from footfall.server.chaos import Profile
from footfall.sinks.amplitude import AmplitudeSettings, AmplitudeSink
from footfall.sinks.delivery.clock import SystemClock
from footfall.sinks.delivery.target import Target
from footfall.sinks.webhook import WebhookSettings, WebhookSink
from tests.chunks import SHOP, make_chunks, make_run
from tests.delivery.test_amplitude_sink import anonymous_first
from tests.receivers import receiver

YEAR_MS = 365 * 86_400_000
KINDS = ("webhook", "amplitude")


class Wrong(SystemClock):
    """A clock that is off, and can be set."""

    shift_ms = 0

    def wall_ms(self) -> int:
        return super().wall_ms() + self.shift_ms


def sink_to(kind, port, folder, clock):
    if kind == "webhook":
        target = Target("http", "127.0.0.1", port, "/webhook")
        made = WebhookSettings(batch=30, timeout=5, patience=60)
        return WebhookSink(target, made, is_trusted=True, folder=folder / "ledger", clock=clock)
    base = Target("http", "127.0.0.1", port, "/")
    made = AmplitudeSettings(base=base, endpoint="batch", rate=0, timeout=5)
    return AmplitudeSink(made, folder=folder / "ledger", clock=clock)


@pytest.mark.parametrize("kind", KINDS)
def test_clock_set_back(tmp_path, monkeypatch, kind):
    """Set back by a year between two parts and again between two runs, over a line that fails: each event is once."""
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")
    run = make_run(SHOP, days=1)
    chunks = anonymous_first(list(make_chunks(run, rows=60)))
    ids = sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())
    clock = Wrong()
    with receiver(tmp_path, chaos=Profile(kinds=("5xx", "429", "cut"), share=0.3)) as client:
        first = sink_to(kind, client.listener.port, tmp_path, clock)
        first.open(run, fresh=False)
        first.commit(first.prepare(chunks[0]))
        clock.shift_ms = -YEAR_MS
        first.commit(first.prepare(chunks[1]))
        first.close(complete=False)
        clock.shift_ms = -2 * YEAR_MS
        second = sink_to(kind, client.listener.port, tmp_path, clock)
        cursors = second.open(run, fresh=False)
        receipts = [second.commit(second.prepare(chunk)) for chunk in chunks]
        second.close(complete=True)
        stored = client.rows("SELECT insert_id FROM received WHERE event_type <> '$identify'")
    assert cursors
    assert [receipt.was_there_already for receipt in receipts] == [True, True] + [False] * (len(chunks) - 2)
    assert sorted(i for (i,) in stored) == ids
