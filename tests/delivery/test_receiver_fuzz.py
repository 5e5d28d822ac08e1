"""A short run of what `benchmarks/fuzz_receiver.py` does for minutes."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzzing import Machine
from tests.receivers import receiver
from tests.thoroughness import n_examples


def test_whatever_is_sent(tmp_path):
    """Whatever is sent: 2xx or 4xx, with 4xx nothing stored, what is known is not stored again, pages show it all."""
    with receiver(tmp_path) as client:

        @seed(20260101)
        class Seeded(Machine):
            pass

        Seeded.client = client
        how = settings(
            max_examples=n_examples(30),
            stateful_step_count=12,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(Seeded, settings=how)
        assert client.rows("SELECT count(*) FROM received") == [
            (client.listener.receiver.totals["events"],)
        ]
        assert sum(Seeded.sent.values()) > 200
