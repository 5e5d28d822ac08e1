"""Connections that are cut at any byte, of requests and of answers: every event is there once."""

import random
import socket
import struct
import sys
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from footfall.net.clock import SystemClock
from tests.chunks import SHOP, make_chunks, make_run
from tests.delivery.test_amplitude_sink import anonymous_first
from tests.faults.test_clocks import KINDS, sink_to
from tests.receivers import receiver

SERVER = "127.0.0.2"  # the receiver minds under which name it is asked: the cutter has its port, at 127.0.0.1
REQUEST_BYTES, ANSWER_BYTES = 60_000, 1_200  # at most so many pass before a cut


class Cutter:
    """Stands before a server, and resets each connection after some bytes: of what is sent, or of what is answered."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self.port, self.chance = port, chance
        self.cuts = {"request": 0, "answer": 0}
        self.socket = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self.socket.accept()
                there = socket.create_connection((SERVER, self.port))
                where, most = self.chance.choice(
                    (("request", REQUEST_BYTES), ("answer", ANSWER_BYTES))
                )
                limit = self.chance.randrange(most)
                ways = {"request": (here, there), "answer": (there, here)}
                for way, (source, target) in ways.items():
                    passes = limit if way == where else None
                    threading.Thread(
                        target=self.carry, args=(way, source, target, passes), daemon=True
                    ).start()

    def carry(
        self, way: str, source: socket.socket, target: socket.socket, limit: int | None
    ) -> None:
        """Carry bytes one way, until either side ends or the limit is reached; then reset both."""
        with suppress(OSError):
            while data := source.recv(4_096 if limit is None else max(min(limit, 4_096), 1)):
                if limit == 0:
                    self.cuts[way] += 1
                    break
                target.sendall(data)
                limit = None if limit is None else limit - len(data)
        for side in (source, target):
            with suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                side.shutdown(socket.SHUT_RDWR)
                side.close()


@contextmanager
def cutter(port, chance):
    made = Cutter(port, chance)
    with closing(made.socket):
        yield made


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second address of loopback")
@pytest.mark.parametrize("kind", KINDS)
def test_cuts_anywhere(tmp_path, monkeypatch, kind):
    """In the middle of bodies and of answers: what is unknown goes again, and the receiver has each event once."""
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")
    run = make_run(SHOP, days=2)
    chunks = anonymous_first(list(make_chunks(run, rows=150)))
    with (
        receiver(tmp_path, host=SERVER) as client,
        cutter(client.listener.port, random.Random(kind)) as between,
    ):
        sink = sink_to(kind, between.port, tmp_path, SystemClock())
        sink.open(run, fresh=False)
        receipts = [sink.commit(sink.prepare(chunk)) for chunk in chunks]
        sink.close(complete=True)
        stored = client.rows("SELECT insert_id FROM received WHERE event_type <> '$identify'")
    ids = sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())
    assert sorted(i for (i,) in stored) == ids
    assert sum(receipt.accepted for receipt in receipts) == len(ids)
    assert min(between.cuts.values()) > 0
