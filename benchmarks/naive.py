"""The naive way, for the ratio: a thread per person, an object per event, one lock, rows of JSON.

    python benchmarks/naive.py [--people 500]

Each person browses the shop about as often and as long as in the shipped scenario, with plain `random` and none of its
detail.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import threading
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

STEPS = [
    "Page Viewed",
    "Product List Viewed",
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Checkout Started",
]
CITIES = ["Chennai", "Delhi", "Hyderabad", "Kolkata", "Mumbai", "Pune"]


@dataclass
class Event:
    """One event, as an object."""

    insert_id: str
    event_type: str
    time: float
    user_id: int
    city: str
    properties: dict[str, object]


class Shopper(threading.Thread):
    """One person, who writes events into a list that all share."""

    def __init__(self, number: int, queue: list[Event], lock: threading.Lock) -> None:
        super().__init__()
        self.number, self.queue, self.lock = number, queue, lock
        self.city = random.choice(CITIES)

    def run(self) -> None:
        """Visit the shop a few times."""
        at = 1_767_225_600.0
        for _ in range(1 + int(random.expovariate(0.25))):
            at += random.lognormvariate(11, 1)
            for step in STEPS:
                at += random.lognormvariate(3, 1)
                price = random.randint(100, 9000)
                properties: dict[str, object] = {
                    "product_id": f"P-{price}",
                    "price": price,
                    "quantity": 1,
                }
                event = Event(str(uuid.uuid4()), step, at, self.number, self.city, properties)
                with self.lock:
                    self.queue.append(event)
                if random.random() < 0.35:
                    break


def main() -> None:
    """Print events per second."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=500)
    people = parser.parse_args().people
    random.seed(1)
    started = time.perf_counter()
    queue: list[Event] = []
    lock = threading.Lock()
    shoppers = [Shopper(number, queue, lock) for number in range(people)]
    for shopper in shoppers:
        shopper.start()
    for shopper in shoppers:
        shopper.join()
    with Path(os.devnull).open("w") as file:
        file.writelines(json.dumps(asdict(event)) + "\n" for event in queue)
    seconds = time.perf_counter() - started
    print(f"{len(queue)} {len(queue) / seconds:.0f}")


if __name__ == "__main__":
    main()
