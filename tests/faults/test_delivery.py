"""Runs into a webhook and into Amplitude that are killed, over a receiver that misbehaves: everything there once.

`FOOTFALL_KILLS=50` kills as often per sink; the usual run does it a few times.
"""

import base64
import json
import os
import random
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

from footfall.execution.chunks import simulate
from footfall.net.secrets import Secret
from footfall.receiver.chaos import ChaosProfile
from tests import processes
from tests.kills import kill, rounds
from tests.receivers import receiver
from tests.thoroughness import n_kills

KILLS = n_kills()
SIZE = ("--people", "3000", "--days", "3")
FEW = ("--people", "120", "--days", "3")
API_KEY = "c4n4ry-amplitude-key-7731"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"canary-webhook-secret-0123456789").decode()
NOT_EVENTS = "event_type != '$identify'"


def start(folder, *to, debug=False, more=(), size=SIZE):
    environment = {
        **os.environ,
        "AMPLITUDE_API_KEY": API_KEY,
        "FOOTFALL_WEBHOOK_SECRET": WEBHOOK_SECRET,
        **({"FOOTFALL_DEBUG": "1"} if debug else {}),
    }
    args = [*size, "--summary", "json", *more]
    for spec in to:
        args += ["--to", spec]
    return processes.start("run", "ecommerce", *args, cwd=folder, env=environment)


def target(kind, port, batch=150):
    if kind == "webhook":
        return f"webhook+http://127.0.0.1:{port}/webhook#batch={batch}&timeout=1"
    return f"amplitude:us#url=http://127.0.0.1:{port}&endpoint=batch&timeout=1"


@pytest.fixture(scope="module")
def truth():
    """Ids of all events, and the state of all people who did something and are known by a user id in the end."""
    ids, states, users = [], {}, {}
    for chunk in simulate("ecommerce", people=3000, days=3):
        ids += chunk.events["insert_id"].to_pylist()
        for row in chunk.arrivals.select(["person", "stage"]).to_pylist():
            states[row["person"]] = row["stage"]
        for change in chunk.changes.select(["person", "property", "new"]).to_pylist():
            if change["property"] == "stage":
                states[change["person"]] = json.loads(change["new"])
        for row in chunk.events.select(["person", "user_id"]).to_pylist():
            users[row["person"]] = row["user_id"] or users.get(row["person"])
    return sorted(ids), {user: states[person] for person, user in users.items() if user}


@pytest.mark.parametrize("kind", ["webhook", "amplitude"])
def test_killed_over_a_bad_line(tmp_path, truth, kind):
    """Kill -9 at random instants, with a fifth of all requests failing somehow: in the end every event is there once.

    The receiver knows ids again, as Amplitude does; the balance of the last call and of the ledger add up.
    """
    ids, stages = truth
    chance = random.Random(kind)
    profile = ChaosProfile(share=0.2, seed=3, hang_s=1.2, slow_s=0.1)
    with ExitStack() as held:
        receiver_of = cache(lambda folder: held.enter_context(receiver(folder, chaos=profile)))

        def begin(folder):
            return start(folder, target(kind, receiver_of(folder).listener.port))

        for folder in rounds(
            tmp_path, KILLS, lambda place: kill(begin(place), chance.uniform(0.5, 4.0))
        ):
            process, client = begin(folder), receiver_of(folder)
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            (balance,) = json.loads(out)["sinks"]
            assert (
                balance["generated"]
                == balance["accepted"] + balance["rejected"] + balance["pending"]
            )
            assert balance["rejected"] == balance["pending"] == 0
            stored = client.rows(
                f"SELECT insert_id FROM received WHERE {NOT_EVENTS} ORDER BY insert_id"
            )
            assert [i for (i,) in stored] == ids
            if kind == "amplitude":
                got = {
                    user: client.listener.received.profiles.of(f"u/{user}").get("stage")
                    for user in stages
                }
                assert got == stages


@pytest.mark.parametrize("kind", ["webhook", "amplitude"])
def test_storms(tmp_path, truth, kind):
    """Most requests are answered with 5xx or 429, several in a row: every event is there once, and the sums hold."""
    ids, _ = truth
    with receiver(
        tmp_path, chaos=ChaosProfile(kinds=("5xx", "429"), share=0.5, seed=5)
    ) as client:
        out, err = start(tmp_path, target(kind, client.listener.port, batch=1000)).communicate(
            timeout=240
        )
        (balance,) = json.loads(out)["sinks"]
        assert (balance["accepted"], balance["rejected"], balance["pending"]) == (
            balance["generated"],
            0,
            0,
        ), err
        assert client.listener.receiver.chaos["429"] > 1
        stored = client.rows(
            f"SELECT insert_id FROM received WHERE {NOT_EVENTS} ORDER BY insert_id"
        )
        assert [i for (i,) in stored] == ids


@pytest.mark.parametrize("kind", ["webhook", "amplitude"])
def test_server_gone_for_a_while(tmp_path, truth, kind):
    """The receiver ends in the middle of a delivery and begins again: the run waits, and every event is there once."""
    slow = ChaosProfile(kinds=("slow",), share=1.0, slow_s=0.8)
    with receiver(tmp_path, chaos=slow) as client:
        port = client.listener.port
        process = start(tmp_path, target(kind, port).replace("timeout=1", "timeout=5"))
        deadline = time.monotonic() + 60
        while (
            not client.rows("SELECT insert_id FROM received LIMIT 1")
            and time.monotonic() < deadline
        ):
            time.sleep(0.05)
    time.sleep(1)
    assert process.poll() is None
    with receiver(tmp_path, port=port) as client:
        out, err = process.communicate(timeout=120)
        (balance,) = json.loads(out)["sinks"]
        assert (balance["accepted"], balance["rejected"], balance["pending"]) == (
            balance["generated"],
            0,
            0,
        ), err
        stored = client.rows(
            f"SELECT insert_id FROM received WHERE {NOT_EVENTS} ORDER BY insert_id"
        )
        assert [i for (i,) in stored] == truth[0]


def test_two_runs_at_once(tmp_path):
    """A second run on the ledger of the first is refused, and says which process has it."""
    with receiver(
        tmp_path, chaos=ChaosProfile(kinds=("timeout",), share=1.0, hang_s=30)
    ) as client:
        first = start(
            tmp_path, target("webhook", client.listener.port).replace("timeout=1", "timeout=20")
        )
        try:
            locks = tmp_path / ".footfall-ledger"
            deadline = time.monotonic() + 30
            while not list(locks.glob("*.lock")) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.2)
            second = start(tmp_path, target("webhook", client.listener.port))
            _, err = second.communicate(timeout=60)
            assert second.returncode == 1
            assert f"is in use by process {first.pid}" in err
        finally:
            first.kill()
            first.communicate()


def forms(secret: str) -> list[str]:
    """Return how a secret might be written."""
    return [
        secret,
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        json.dumps(secret)[1:-1],
    ]


def test_secrets_are_nowhere(tmp_path):
    """Keys and secrets stand in no output, ledger, dead letter, file name or command line, whatever happens."""
    said = []
    path = "/webhook?token=c4n4ry-path-token-5582"
    with receiver(tmp_path, api_key=Secret("AMPLITUDE_API_KEY", "another")) as client:
        port = client.listener.port
        specs = [
            target("amplitude", port),
            f"webhook+http://127.0.0.1:{port}/nothing",
            f"webhook+http://127.0.0.1:{port}/webhook",
            "webhook+http://user:c4n4ry-password@127.0.0.1/",
            "amplitude:us#url=http://127.0.0.1:9&patience=1",
            f"webhook+https://127.0.0.1:{port}{path}#patience=1",
            "webhook+http://169.254.169.254/",
        ]
        processes = [start(tmp_path, spec, debug=True, size=FEW) for spec in specs]
        places = [Path(f"/proc/{process.pid}/cmdline") for process in processes]
        lines = [place.read_bytes() for place in places if place.exists()]
        for process in processes:
            said += process.communicate(timeout=120)
    kept = [
        file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file()
    ]
    names = [str(file) for file in tmp_path.rglob("*")]
    for form in (
        forms(API_KEY) + forms(WEBHOOK_SECRET) + forms("canary-webhook-secret-0123456789")
    ):
        assert not any(form in text for text in said + kept + names)
        assert not any(form.encode() in line for line in lines)
    assert not any("c4n4ry-password" in text for text in said + kept)
    assert not any("Traceback" in text for text in said)
