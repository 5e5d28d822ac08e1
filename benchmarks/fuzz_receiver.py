"""Throws things at a receiver for some minutes: any JSON, broken JSON, odd HTTP, and right requests in between.

It ends with 1 and the smallest example at the first answer of 5xx, the first event that is stored by half or twice, the
first page that cannot be shown (tests/fuzzing.py says what must hold), else it prints how many requests were answered
how. Each round has another seed, so each minute sees something new; a seed that is named makes the same rounds again.

python benchmarks/fuzz_receiver.py [--minutes 5] [--seed 1] [--store duckdb|postgresql]    needs the test extra
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzzing import Machine
from tests.postgres import server
from tests.receivers import Client, receiver

ROUND_EXAMPLES, STEPS = 40, 25


@contextmanager
def client_of(store: str) -> Iterator[Client]:
    """Run a receiver into an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        if store == "duckdb":
            with receiver(Path(folder)) as client:
                yield client
        else:
            with (
                server() as postgres,
                receiver(Path(folder), store=postgres.create()) as client,
            ):
                yield client


def play(number: int, client: Client) -> None:
    """Run the machine with a seed."""

    @seed(number)
    class Seeded(Machine):
        pass

    Seeded.client = client
    how = settings(
        max_examples=ROUND_EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Seeded, settings=how)


def main() -> None:
    """Play rounds until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=["duckdb", "postgresql"], default="duckdb")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    until, number = time.monotonic() + 60 * asked.minutes, asked.seed
    with client_of(asked.store) as client:
        while time.monotonic() < until:
            play(number, client)
            number += 1
        stored = client.listener.receiver.totals["events"]
        assert client.rows("SELECT count(*) FROM received") == [(stored,)]
    for what, count in sorted(Machine.sent.items()):
        print(f"{count:9,} {what}")
    print(
        f"{Machine.sent.total():9,} requests in {number - asked.seed} rounds; {stored:,} events stored, each once"
    )


if __name__ == "__main__":
    main()
