"""The receiver into PostgreSQL: the same answers, the same rows, the same page as into a file."""

import http.client
import json
import random
import subprocess
import sys

import psycopg
import pytest

from footfall.errors import StoreError
from footfall.receiver.listen import ListenSettings, serve_in_thread
from tests.postgres import PASSWORD
from tests.receivers import receiver

EVENTS = [
    {
        "insert_id": "a",
        "event_type": "Opened",
        "time": 1_767_225_600_000,
        "user_id": "user-1",
        "city": "Köln",
    },
    {
        "insert_id": "b",
        "event_type": "Bought \u2028 😀",
        "time": "2026-01-02T00:00:00.5Z",
        "person": 7,
        "stage": "cart",
    },
    {
        "insert_id": "c",
        "event_type": 'quote " \\ tab \t',
        "price": 1e308,
        "n": 10**400,
        "empty": {},
    },
    {"event_type": "Left", "stage": "customer", "person": 7, "time": "2026-01-01T00:00:00Z"},
]
COLUMNS = "insert_id, event_type, who, user_id, device_id, city, stage, source"


def both(tmp_path, url):
    return (tmp_path / "received.duckdb", url)


def amplitude(*events):
    return {"api_key": "key", "events": list(events)}


def plain(text):
    """Return JSON whose keys are in order; PostgreSQL writes 1e308 with all its digits."""
    return json.dumps(json.loads(text, parse_int=float), sort_keys=True)


def exchange(client):
    """Send a bit of everything; return the answers."""
    one = {"event_type": "x", "user_id": "user-2", "device_id": "device-2", "insert_id": "one"}
    requests = [
        ("/webhook", EVENTS, {}),
        ("/webhook", EVENTS[:3], {}),
        ("/webhook", EVENTS[0], {"webhook-id": "m1"}),
        ("/webhook", EVENTS[0], {"webhook-id": "m1"}),
        ("/webhook", {"event_type": "x", "insert_id": "new"}, {"webhook-id": "m1"}),
        ("/webhook", {"event_type": "x", "insert_id": "new"}, {}),
        ("/webhook", [EVENTS[0], 3], {}),
        ("/webhook", {"event_type": "x", "insert_id": "nul", "text": "\0"}, {}),
        ("/batch", amplitude(one, one, {**one, "device_id": "device-3"}), {}),
        (
            "/batch",
            amplitude(one, {**one, "insert_id": "two", "user_properties": {"n": 1}}),
            {},
        ),
        (
            "/2/httpapi",
            amplitude(
                {
                    "event_type": "$identify",
                    "user_id": "user-2",
                    "user_properties": {"$add": {"n": 2}},
                }
            ),
            {},
        ),
        (
            "/2/httpapi",
            amplitude(
                {"event_type": "x", "device_id": "device-9", "user_properties": {"a": 1}}
            ),
            {},
        ),
        (
            "/2/httpapi",
            amplitude({"event_type": "x", "device_id": "device-9", "user_id": "user-9"}),
            {},
        ),
        ("/2/httpapi", amplitude({"event_type": "x"}), {}),
    ]
    answers = [client.post(path, value, **headers) for path, value, headers in requests]
    return [(answer.status, {**answer.json, "server_upload_time": 0}) for answer in answers]


def test_as_into_a_file(tmp_path, url):
    """The same requests get the same answers, leave the same rows and people, and show the same tables."""
    seen = []
    for store in both(tmp_path, url):
        with receiver(tmp_path, store=store) as client:
            answers = exchange(client)
            rows = sorted(client.rows(f"SELECT {COLUMNS} FROM received"), key=repr)
            events = sorted(
                plain(event) for (event,) in client.rows('SELECT "event" FROM received')
            )
            tables = client.listener.received.event_store.overview().tables
            told = {
                name: tables[name].to_pylist()
                for name in ("Stages", "Top cities", "Top events")
            }
            last = [row["event"] for row in tables["Last events"].to_pylist()]
            times = client.rows("SELECT time FROM received WHERE insert_id = 'b'")
            people = [
                client.listener.received.profiles.of(i)
                for i in ("u/user-2", "u/user-9", "d/device-9")
            ]
        with receiver(tmp_path, store=store) as client:  # what is stored is what was in memory
            assert people == [
                client.listener.received.profiles.of(i)
                for i in ("u/user-2", "u/user-9", "d/device-9")
            ]
            assert client.send("GET", "/").status == 200
        seen.append(
            (
                answers,
                rows,
                events,
                told,
                last,
                [t.replace(tzinfo=None) for (t,) in times],
                people,
            )
        )
    assert seen[0] == seen[1]
    assert seen[0][6] == [{"n": 3}, {"a": 1}, {}]
    assert seen[0][3]["Stages"] == [{"stage": "cart", "people": 1}]


def test_one_at_a_time(tmp_path, url):
    """A second receiver into the same database is refused."""
    with (
        receiver(tmp_path, store=url),
        pytest.raises(StoreError, match=r"tester@.* is in use by another receiver"),
    ):
        serve_in_thread(ListenSettings(store=url, port=0))


def test_tables_of_others_stay(postgres, url):
    """Tables of these names that footfall did not make are never written to."""
    with postgres.connect(url) as connection:
        connection.execute("CREATE SCHEMA receiver")
        connection.execute("CREATE TABLE receiver.users (id text, properties jsonb)")
    with pytest.raises(
        StoreError, match=r"table receiver\.users is there already and was not made by footfall"
    ):
        serve_in_thread(ListenSettings(store=url, port=0))


def test_what_a_database_cannot_hold(tmp_path, url):
    """An id that fits the receiver's limit, but no index of PostgreSQL: 400, nothing by half, and on it goes."""
    chance = random.Random(2)
    wide = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(1000))
    with receiver(tmp_path, store=url) as client:
        said = client.post(
            "/webhook",
            [
                {"event_type": "x", "insert_id": "a"},
                {"event_type": "x", "user_id": wide, "user_properties": {"n": 1}},
            ],
        )
        assert said.status == 400
        assert client.rows() == []
        assert client.send("GET", "/health").status == 200
        assert client.post("/webhook", {"event_type": "x", "insert_id": "a"}).json == {
            "accepted": 1,
            "duplicates": 0,
        }


def test_command(tmp_path, url):
    """`footfall serve --to postgresql://…` says where it stores, without the password; so does /health."""
    code = "from footfall.cli.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--to", url]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    port = int(line.split("//127.0.0.1:")[1].split(",")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/health")
    health = connection.getresponse().read().decode()
    connection.close()
    process.terminate()
    _, err = process.communicate(timeout=20)
    shown = url.replace(f":{PASSWORD}", "")
    assert f"storing into {shown};" in line
    assert json.loads(health) == {"status": "ok", "store": shown, "refused": []}
    assert PASSWORD not in line + health + err
    with psycopg.connect(url) as opened:
        assert opened.execute("SELECT count(*) FROM receiver.received").fetchone() == (0,)
