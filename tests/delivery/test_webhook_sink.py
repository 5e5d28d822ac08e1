"""The webhook sink on our receiver: everything once, the ledger, the letters."""

import json
import threading
import time
from dataclasses import replace

import pytest

from footfall.errors import PermanentSinkError, StoreError, TransientSinkError
from footfall.net.secrets import Secret
from footfall.net.target import Target
from footfall.receiver.chaos import ChaosProfile
from footfall.sinks.webhook.settings import WebhookSettings
from footfall.sinks.webhook.sink import WebhookSink
from tests.chunks import AWKWARD, NAMES, SHOP, make_chunks, make_run
from tests.receivers import receiver

SECRET = Secret("FOOTFALL_WEBHOOK_SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")


def sink_to(client, folder, **settings) -> WebhookSink:
    target = Target("http", "127.0.0.1", client.listener.port, "/webhook")
    made = WebhookSettings(**{"batch": 20, "timeout": 5} | settings)
    return WebhookSink(target, made, is_trusted=True, folder=folder / "ledger")


def deliver(sink, run, chunks, *, fresh=False):
    sink.open(run, fresh=fresh)
    try:
        return [sink.commit(sink.prepare(chunk)) for chunk in chunks]
    finally:
        sink.close(complete=True)


def ids(chunks) -> list[str]:
    return sorted(i for chunk in chunks for i in chunk.events["insert_id"].to_pylist())


@pytest.mark.parametrize("schema", [SHOP, AWKWARD, NAMES], ids=lambda s: s.scenario)
@pytest.mark.parametrize("batch", [1, 20, 1000])
def test_everything_arrives_once(tmp_path, schema, batch):
    """Every event is stored once, as the JSON that NDJSON would hold; the receipts add up."""
    run = make_run(schema, days=1)
    chunks = list(make_chunks(run, rows=60))[: 1 if batch == 1 else 2]
    with receiver(tmp_path) as client:
        receipts = deliver(sink_to(client, tmp_path, batch=batch), run, chunks)
        stored = client.rows('SELECT insert_id, "event" FROM received ORDER BY insert_id')
    assert [i for i, _ in stored] == ids(chunks)
    assert sum(r.accepted for r in receipts) == len(stored)
    from footfall.sinks.encoders.json_rows import json_rows

    texts = [
        text
        for chunk in chunks
        for array in json_rows(chunk.events)
        for text in array.to_pylist()
    ]
    by_id = {json.loads(text)["insert_id"]: json.loads(text) for text in texts}
    for insert_id, event in stored:
        assert json.loads(event) == by_id[insert_id]


def test_again_does_nothing(tmp_path):
    """The same parts again: they are there, and nothing is sent; fresh sends them again with the same ids."""
    run = make_run(SHOP, days=1)
    chunks = list(make_chunks(run, rows=60))
    with receiver(tmp_path) as client:
        deliver(sink_to(client, tmp_path), run, chunks)
        sent = client.listener.receiver.totals["bytes"]
        again = deliver(sink_to(client, tmp_path), run, chunks)
        assert all(receipt.was_there_already for receipt in again)
        assert client.listener.receiver.totals["bytes"] == sent
        deliver(sink_to(client, tmp_path), run, chunks, fresh=True)
        assert client.listener.receiver.totals["bytes"] == 2 * sent
        assert (
            client.rows("SELECT count(*), count(DISTINCT insert_id) FROM received")[0]
            == (len(ids(chunks)),) * 2
        )


def put_a_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
        lambda path: path.write_bytes(b"garbage " * 1000),
        lambda path: path.write_bytes(b""),
        put_a_folder,
    ],
    ids=["cut", "zeroed", "garbage", "empty", "folder"],
)
def test_a_damaged_ledger(tmp_path, damage):
    """It is named, with what mends it: --fresh sends everything again, and notes it in a new one."""
    run = make_run(SHOP, days=1)
    chunks = list(make_chunks(run, rows=20))[:1]
    with receiver(tmp_path) as client:
        deliver(sink_to(client, tmp_path), run, chunks)
        (ledger,) = (tmp_path / "ledger").glob("*.sqlite")
        damage(ledger)
        with pytest.raises(StoreError, match=rf"{ledger.name} is damaged(.|\n)*--fresh"):
            deliver(sink_to(client, tmp_path), run, chunks)
        for was_there in (False, True):
            receipts = deliver(sink_to(client, tmp_path), run, chunks, fresh=not was_there)
            assert [receipt.was_there_already for receipt in receipts] == [was_there]


def test_signed(tmp_path, monkeypatch):
    """With the secret set on both sides everything is taken; with another one the run stops at once."""
    run = make_run(SHOP, days=1)
    chunks = list(make_chunks(run, rows=60))
    monkeypatch.setenv("FOOTFALL_WEBHOOK_SECRET", SECRET.value)
    with receiver(tmp_path, webhook_secret=SECRET) as client:
        deliver(sink_to(client, tmp_path), run, chunks)
        assert client.rows("SELECT count(*) FROM received") == [(len(ids(chunks)),)]
        monkeypatch.setenv(
            "FOOTFALL_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
        )
        with pytest.raises(
            PermanentSinkError, match=r"(?s)does not accept our signature.*nothing is lost"
        ) as caught:
            deliver(sink_to(client, tmp_path), run, chunks, fresh=True)
        assert "MfKQ9r8" not in str(caught.value)


def test_two_at_once(tmp_path):
    """One ledger serves one run at a time: the second is refused, and says by whom it is held."""
    run = make_run(SHOP, days=1)
    with receiver(tmp_path) as client:
        one, other = sink_to(client, tmp_path), sink_to(client, tmp_path)
        one.open(run, fresh=False)
        with pytest.raises(StoreError, match=r"already open in this process|in use by process"):
            other.open(run, fresh=False)
        one.close(complete=False)
        other.open(run, fresh=False)
        other.close(complete=False)


@pytest.mark.parametrize("where", ["the folder", "the lock"])
def test_a_ledger_that_cannot_be_made(tmp_path, where):
    """Where the folder is none, or cannot be written: the error names it, and nothing is begun."""
    with receiver(tmp_path) as client:
        sink = sink_to(client, tmp_path)
        folder = sink.folder
        if where == "the folder":
            folder.write_text("a file")
        else:
            (folder / f"{sink.key}.lock").mkdir(parents=True)
        told = {
            "the folder": rf"{sink.key}\.sqlite: (.|\n)*nothing was sent(.|\n)*hint: run the command",
            "the lock": rf"{sink.key}\.lock is in the way: (.|\n)*hint: move it away",
        }
        with pytest.raises(StoreError, match=told[where]):
            sink.open(make_run(SHOP), fresh=False)
        assert client.rows("SELECT * FROM received") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_chaos(tmp_path, seed):
    """With all kinds of failures on three requests in ten, every event is stored once in the end."""
    run = make_run(SHOP, days=1)
    chunks = list(make_chunks(run, rows=80))
    profile = ChaosProfile(share=0.3, seed=seed, hang_s=1.5, slow_s=0.2)
    with receiver(tmp_path, chaos=profile) as client:
        receipts = deliver(sink_to(client, tmp_path, timeout=1, concurrency=8), run, chunks)
        assert client.listener.receiver.chaos
        stored = client.rows("SELECT insert_id FROM received ORDER BY insert_id")
    assert [i for (i,) in stored] == ids(chunks)
    assert sum(receipt.accepted for receipt in receipts) == len(stored)


def test_server_gone_for_a_while(tmp_path):
    """While nobody listens the sink waits; what was not there before is there when the receiver comes."""
    run = make_run(SHOP, days=1)
    chunks = list(make_chunks(run, rows=30))
    with receiver(tmp_path) as client:
        port = client.listener.port
    sink = WebhookSink(
        Target("http", "127.0.0.1", port, "/webhook"),
        WebhookSettings(),
        is_trusted=True,
        folder=tmp_path / "ledger",
    )
    thread = threading.Thread(target=deliver, args=(sink, run, chunks))
    thread.start()
    time.sleep(1)
    with receiver(tmp_path, port=port) as client:
        thread.join(30)
        assert [
            i for (i,) in client.rows("SELECT insert_id FROM received ORDER BY insert_id")
        ] == ids(chunks)


def test_given_up_for_now(tmp_path):
    """After the patience given the part is pending: the error says how much, and the ledger does not claim it."""
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=30)
    with receiver(tmp_path) as client:
        port = client.listener.port
    sink = WebhookSink(
        Target("http", "127.0.0.1", port, "/webhook"),
        WebhookSettings(patience=1),
        is_trusted=True,
        folder=tmp_path / "ledger",
    )
    with pytest.raises(
        TransientSinkError,
        match=r"(?s)nothing was accepted for \d+ s; the last answer: connection refused"
        rf".*of the {chunk.events.num_rows} events being sent, 0 were accepted; .* pending",
    ):
        deliver(sink, run, [chunk])
    assert sink.open(run, fresh=False) == {}
    sink.close(complete=False)


def test_what_is_to_be_mended(tmp_path):
    """What will fail again tells what to mend, as its last line, and promises nothing of the same command before."""
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=30)
    sink = WebhookSink(
        Target("http", "169.254.169.254", 80, "/"), is_trusted=True, folder=tmp_path / "ledger"
    )
    with pytest.raises(PermanentSinkError) as caught:
        deliver(sink, run, [chunk])
    n_events = chunk.events.num_rows
    assert str(caught.value) == (
        f"{sink.name}: 169.254.169.254: a link-local, metadata, multicast or reserved address is never connected to\n"
        "  nothing was sent there\n"
        f"  of the {n_events} events being sent, 0 were accepted; {n_events} are pending, and nothing is lost\n"
        "  hint: name another host, or mend where its name leads; once that is mended, the same command continues"
    )


def test_what_is_to_be_mended_is_not_known(tmp_path):
    """A refusal of everything says that the same command continues once it is mended."""
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=30)
    with receiver(tmp_path) as client:
        sink = sink_to(client, tmp_path, batch=1)
        sink.target = replace(sink.target, path="/nowhere")
        with pytest.raises(
            PermanentSinkError,
            match=r"nothing is lost\n  hint: once that is mended, the same command",
        ):
            deliver(sink, run, [chunk])


def test_told_to_stop(tmp_path, monkeypatch):
    """Once told to stop, a sink whose receiver is away leaves at once, with everything pending."""
    monkeypatch.setattr("footfall.sinks.delivery.http_sender.LEAVE_S", 1e9)
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=30)
    settings = WebhookSettings(patience=20)
    sink = WebhookSink(
        Target("http", "127.0.0.1", 9, "/webhook"),
        settings,
        is_trusted=True,
        folder=tmp_path / "ledger",
    )
    stop = threading.Event()
    sink.stop_on(stop)
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(TransientSinkError, match="stopped before all was accepted"):
        deliver(sink, run, [chunk])


def test_rejected_are_kept_once(tmp_path):
    """Refused events are in the dead letters once, also when the part was interrupted before; the balance holds."""
    run = replace(make_run(SHOP, days=1))
    chunks = list(make_chunks(run, rows=60))
    with receiver(tmp_path) as client:
        sink = sink_to(client, tmp_path, batch=25)
        sink.target = replace(sink.target, path="/webhook")
        dead_letters = tmp_path / "dead-letters" / f"{sink.key}-{run.id[:8]}.ndjson"
        sink.open(run, fresh=False)
        sink.close(complete=False)
        dead_letters.parent.mkdir()
        dead_letters.write_text("what a killed run has left\n")
        refuse = ids(chunks)[7]
        original = client.listener.received.submit

        def submit(intake):
            if any(row.insert_id == refuse for row in intake.rows):
                from footfall.receiver.intake import MalformedBody

                raise MalformedBody("this one not")
            return original(intake)

        client.listener.received.submit = submit
        client.listener.receiver._stored_webhook = refusing(
            client.listener.receiver._stored_webhook
        )
        receipts = deliver(sink, run, chunks)
        stored = {i for (i,) in client.rows("SELECT insert_id FROM received")}
    lines = [json.loads(line) for line in dead_letters.read_text().splitlines()]
    rejected = [line["event"]["insert_id"] for line in lines]
    assert refuse in rejected
    assert stored | set(rejected) == set(ids(chunks))
    assert not stored & set(rejected)
    assert len(rejected) == len(set(rejected)) == sum(receipt.rejected for receipt in receipts)
    assert sum(r.accepted + r.rejected for r in receipts) == len(ids(chunks))


def test_full_disk_for_letters(tmp_path, monkeypatch):
    """When the dead letters cannot be written the part is not noted as delivered; with space again it is."""
    run = make_run(SHOP, days=1)
    (chunk, *_) = make_chunks(run, rows=30)
    with receiver(tmp_path) as client:
        refused = refusing(client.listener.receiver._stored_webhook)
        client.listener.receiver._stored_webhook = refused
        original, refuse = client.listener.received.submit, ids([chunk])[3]

        def submit(intake):
            from footfall.receiver.intake import MalformedBody

            if any(row.insert_id == refuse for row in intake.rows):
                raise MalformedBody("this one not")
            return original(intake)

        client.listener.received.submit = submit

        def full(file):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("footfall.sinks.delivery.dead_letters.sync", full)
            with pytest.raises(StoreError, match="the disk is full"):
                deliver(sink_to(client, tmp_path), run, [chunk])
        (receipt,) = deliver(sink_to(client, tmp_path), run, [chunk])
    assert not receipt.was_there_already
    (dead_letters,) = (tmp_path / "dead-letters").glob("*.ndjson")
    assert len(dead_letters.read_text().splitlines()) == receipt.rejected > 0


def refusing(handler):
    """Let a handler answer 422 where the store refuses an event."""
    from starlette.responses import JSONResponse

    from footfall.receiver.intake import MalformedBody

    async def handle(request, intake):
        try:
            return await handler(request, intake)
        except MalformedBody as error:
            return JSONResponse({"title": str(error)}, 422)

    return handle
