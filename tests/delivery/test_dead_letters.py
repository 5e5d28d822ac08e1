"""Dead letters that are tried again: what is accepted goes once, what is refused again stays, whatever happens."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import footfall
from footfall.errors import StoreError, TransientSinkError, UsageError
from footfall.execution.resend import holds_dead_letters, read_dead_letters, send_dead_letters
from footfall.sinks.delivery.dead_letters import DeadLetter, DeadLetterFile
from tests.commands import footfall as command
from tests.endpoints import endpoint
from tests.thoroughness import n_kills

KILLS = n_kills()
SIZE = {"people": 120, "days": 5, "workers": 1}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def picky(events):
    """Refuse every third event, by its number."""
    return 422 if any(int(event["insert_id"][-6:], 16) % 3 == 0 for event in events) else 200


def lines():
    (file,) = Path("dead-letters").iterdir()
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """An endpoint that has refused a third of a run's events, the folder of that run, and the ids that were taken."""
    folder = tmp_path_factory.mktemp("refused")
    with endpoint(picky) as made, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = footfall.run("ecommerce", to=f"{made.url}#batch=1", **SIZE)
        assert result.sinks[0].rejected == len(lines()) > 50
        assert result.sinks[0].accepted == len(made.ids)
        patch.undo()
        yield made, folder, tuple(made.ids)


@pytest.fixture
def refusing(refused, tmp_path):
    """The endpoint as it was after that run, whose folder is copied to here: it has dead letters and a ledger."""
    made, folder, taken = refused
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    made.answer, made.ids = picky, list(taken)
    return made


def test_what_is_accepted_goes_once(refusing):
    """Mended, the receiver gets each once; a second call sends nothing, also when named as a file; the run is whole."""
    dead_letters = lines()
    refusing.answer = lambda _: 200
    first = send_dead_letters("dead-letters", to=refusing.url)
    assert (first.is_clean, first.sinks[0].accepted) == (True, len(dead_letters))
    assert len(refusing.ids) == len(set(refusing.ids))
    n_taken = len(refusing.ids)
    (file,) = Path("dead-letters").iterdir()
    for again in ("dead-letters", file, f"ndjson:{file}"):
        result = send_dead_letters(again, to=refusing.url)
        assert (result.is_clean, result.sinks[0].generated, result.before) == (
            True,
            0,
            {refusing.url: len(dead_letters)},
        )
    assert len(refusing.ids) == n_taken
    assert footfall.run("ecommerce", to=refusing.url, **SIZE).was_complete


def test_events_go_as_they_were(refusing):
    """Byte for byte: no digit of money is lost on the way through the file."""
    (file,) = Path("dead-letters").iterdir()
    raw = file.read_text().splitlines()
    for line, dead_letter in zip(raw, read_dead_letters(file)[0], strict=True):
        assert line.endswith(f'"event": {dead_letter.event}}}')


def test_what_is_refused_again_stays_and_is_told(refusing):
    """Refused once more it is rejected, stands in the file with the reason of today, and goes with the next call."""
    dead_letters = lines()
    refusing.answer = lambda events: (
        400 if picky(events) != 200 and events[0]["insert_id"][-1] in "0369" else 200
    )
    result = send_dead_letters("dead-letters", to=f"{refusing.url}#batch=1")
    (sink,) = result.sinks
    assert sink.accepted + sink.rejected == sink.generated == len(dead_letters)
    assert sink.rejected > 20
    assert not result.is_clean
    added = lines()[len(dead_letters) :]
    assert len(added) == sink.rejected
    assert {dead_letter["status"] for dead_letter in added} == {400}
    refusing.answer = lambda _: 200
    last = send_dead_letters("dead-letters", to=refusing.url)
    assert (last.dead_letters, last.sinks[0].accepted) == (len(dead_letters), sink.rejected)
    assert last.before == {refusing.url: sink.accepted}
    assert len(refusing.ids) == len(set(refusing.ids))


def test_a_receiver_that_is_gone(refusing):
    """Nothing is noted as accepted, all are pending, and the same again delivers."""
    dead_letters = lines()
    refusing.answer = lambda _: 503
    with pytest.raises(
        TransientSinkError, match=f"{len(dead_letters)} are pending, and nothing is lost"
    ):
        send_dead_letters("dead-letters", to=f"{refusing.url}#patience=1")
    result = send_dead_letters("dead-letters", to=f"{refusing.url}#patience=1", check=False)
    assert (result.sinks[0].pending, result.is_finished) == (len(dead_letters), False)
    refusing.answer = lambda _: 200
    assert send_dead_letters("dead-letters", to=refusing.url).sinks[0].accepted == len(
        dead_letters
    )


def test_to_another_destination(refusing):
    """Each destination has its own ledger: the other one gets them too, and what it refuses is kept as its own."""
    dead_letters = lines()
    with endpoint(lambda events: 400 if "0" in events[0]["insert_id"][-1] else 200) as other:
        result = send_dead_letters("dead-letters", to=f"{other.url}#batch=1")
        assert result.sinks[0].accepted == len(other.ids)
        assert result.sinks[0].rejected == len(dead_letters) - len(other.ids)
    assert len(list(Path("dead-letters").iterdir())) == 2


@pytest.mark.parametrize("options", [{}, {"fresh": True}])
def test_no_link_is_followed(refusing, options):
    """A link in the place of the file is named: what it leads to is neither added to, nor cut, nor removed."""
    (file,) = Path("dead-letters").iterdir()
    theirs = Path("theirs").absolute()
    theirs.write_bytes(file.read_bytes() * 2)
    file.unlink()
    file.symlink_to(theirs)
    before = theirs.read_bytes()
    with pytest.raises(StoreError, match=rf"{file.name} is a link, .*\n  hint: move it away"):
        footfall.run("ecommerce", to=f"{refusing.url}#batch=1", **SIZE, **options)
    assert (theirs.read_bytes(), file.is_symlink()) == (before, True)


def test_letters_without_their_ledger_are_kept(refusing):
    """Somebody has removed the ledger: the file is not cut, and its events go."""
    dead_letters = lines()
    for file in Path(".footfall-ledger").iterdir():
        file.unlink()
    refusing.answer = lambda _: 200
    assert send_dead_letters("dead-letters", to=refusing.url).sinks[0].accepted == len(
        dead_letters
    )
    assert lines() == dead_letters


def test_kills(refusing):
    """Kill -9 at random instants while they are sent: in the end each was accepted, and the ids are the same."""
    wanted = {dead_letter["event"]["insert_id"] for dead_letter in lines()}
    before = set(refusing.ids)

    def slowly(events):
        time.sleep(0.02)
        return 200

    refusing.answer = slowly
    chance = random.Random(3)
    code = f"from footfall.cli.main import main; main(['send', 'dead-letters', '--to', '{refusing.url}#batch=1'])"
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0.5, 2.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert send_dead_letters("dead-letters", to=refusing.url).is_clean
    assert set(refusing.ids) == before | wanted
    assert send_dead_letters("dead-letters", to=refusing.url).sinks[0].generated == 0


def test_on_the_command_line(refusing):
    """Counts per sink, what is refused again and exit code 1; then 0; JSON that adds up."""
    n = len(lines())
    said = command("send", "dead-letters", "--to", f"{refusing.url}#batch=1")
    assert said.code == 1
    assert said.err.splitlines()[:2] == [
        f"dead-letters: {n:,} dead letters",
        f"in {refusing.url}: 0 accepted, {n:,} rejected again: they stay dead letters",
    ]
    refusing.answer = lambda _: 200
    said = command("send", "dead-letters", "--to", refusing.url)
    assert (said.code, said.err.splitlines()[1]) == (0, f"in {refusing.url}: {n:,} accepted")
    said = command("send", "dead-letters", "--to", refusing.url)
    assert (said.code, said.err.splitlines()[1]) == (
        0,
        f"in {refusing.url}: {n:,} accepted before",
    )
    told = json.loads(
        command("send", "dead-letters", "--to", refusing.url, "--summary", "json").out
    )
    assert (
        told["letters"],
        told["sinks"][0]["accepted_before"],
        told["sinks"][0]["pending"],
    ) == (n, n, 0)


LETTER = (
    '{"run": "ab", "sink": "%s", "reason": "no", "status": 400, "response": "", "event": %s}\n'
)


@pytest.mark.parametrize(
    ("text", "to", "words"),
    [
        (
            LETTER % ("amplitude:us", '{"event_type": "x"}'),
            "webhook+http://127.0.0.1:9/x",
            "takes other events",
        ),
        (
            LETTER % ("webhook+x", '{"event_type": "x"}'),
            "duckdb:a.duckdb",
            "duckdb:a.duckdb takes no dead letters",
        ),
        (
            LETTER % ("webhook+x", '{"event_type": "x"}') + "{}\n",
            "webhook+http://127.0.0.1:9/x",
            "a.ndjson:2: this is no",
        ),
        (
            LETTER % ("webhook+x", "{}") + LETTER % ("webhook+x", "[1]"),
            "webhook+http://127.0.0.1:9/x",
            "a.ndjson:2: this",
        ),
        (
            LETTER % ("webhook+x", "{}") + "[" * 5000 + "\n",
            "webhook+http://127.0.0.1:9/x",
            "a.ndjson:2: this is no",
        ),
    ],
)
def test_what_cannot_be_tried_again_is_told(text, to, words):
    """Letters of another kind, sinks that take none, lines that are none: with their place, and nothing is sent."""
    Path("a.ndjson").write_text(text)
    with pytest.raises(UsageError, match=words):
        send_dead_letters("a.ndjson", to=to)
    assert not Path(".footfall-ledger").exists()


def test_what_are_dead_letters():
    """A file or a folder whose first line is one; no store, no events of others, no line that is being written."""
    Path("events.ndjson").write_text('{"event_type": "Seen", "time": 5}\n')
    Path("letters.ndjson").write_text(
        LETTER % ("webhook+x", '{"event_type": "x"}') + LETTER[:40]
    )
    Path("folder").mkdir()
    assert not holds_dead_letters("folder")
    Path("folder/a.ndjson").write_text(Path("letters.ndjson").read_text())
    assert holds_dead_letters("folder")
    assert holds_dead_letters("letters.ndjson")
    assert not holds_dead_letters("events.ndjson")
    assert not holds_dead_letters("nowhere.ndjson")
    found, torn = read_dead_letters(Path("letters.ndjson"))
    assert ([dead_letter.run for dead_letter in found], torn) == (["ab"], 2)


@pytest.mark.parametrize("end", [LETTER[:40], "\0\0\0", LETTER[:200].strip() + "\0"])
def test_a_cut_last_line_is_counted_and_named(end):
    """Of a file whose last line is cut off the others are sent; that one is named, and the exit code says so."""
    letter = LETTER % ("webhook+x", '{"event_type": "x", "insert_id": "1"}')
    Path("a.ndjson").write_text(letter + end)
    with endpoint(lambda _: 200) as made:
        said = command("send", "a.ndjson", "--to", made.url, "--summary", "json")
        assert made.ids == ["1"]
    assert (said.code, json.loads(said.out)["torn"]) == (1, ["a.ndjson:2"])
    assert "a.ndjson:2: this line is cut off" in said.err


@pytest.mark.parametrize("kept", [0, 10, len(LETTER % ("webhook+x", "{}"))])
def test_a_file_that_somebody_has_cut(kept):
    """What is refused later is put behind what is left of it, on lines of its own, and without a gap."""
    path, line = Path("a.ndjson"), (LETTER % ("webhook+x", "{}")).encode()
    path.write_bytes((2 * line)[:kept])
    file = DeadLetterFile(path, 2 * len(line))
    for event in ('{"insert_id": "1"}', '{"insert_id": "2"}'):
        file.write([DeadLetter(event, "no")], "run", "webhook+x")
    *_, former, latter = path.read_bytes().splitlines()
    assert [json.loads(letter)["event"]["insert_id"] for letter in (former, latter)] == [
        "1",
        "2",
    ]
    assert path.read_bytes().startswith((2 * line)[:kept])
    assert file.valid == path.stat().st_size


def test_a_last_line_without_an_end_is_whole():
    """A dead letter that lacks only the end of its line is one."""
    letter = LETTER % ("webhook+x", '{"event_type": "x", "insert_id": "1"}')
    Path("a.ndjson").write_text(letter.rstrip("\n"))
    with endpoint(lambda _: 200) as made:
        assert send_dead_letters("a.ndjson", to=made.url).is_clean
        assert made.ids == ["1"]


def test_options_of_stores_are_refused():
    """`--from`, `--until` and `--run` say that they are for stores."""
    Path("a.ndjson").write_text(LETTER % ("webhook+x", '{"event_type": "x"}'))
    for option, name in (("--from", "2026-01-01"), ("--until", "2026-01-01"), ("--run", "ab")):
        said = command("send", "a.ndjson", "--to", "webhook+http://127.0.0.1:9/x", option, name)
        assert (said.code, f"{option} is for stores" in said.err) == (2, True)


class TestAmplitude:
    """Letters of Amplitude go to Amplitude, as they were on the wire."""

    @pytest.fixture
    def amplitude(self, monkeypatch):
        """A project that refuses events of one type by their places, and takes all others."""
        monkeypatch.setenv("AMPLITUDE_API_KEY", "k" * 32)
        taken, bad = [], {"Product Viewed"}

        def post(channel, body, headers):
            from footfall.net.http_client import Reply

            events = json.loads(body)["events"]
            wrong = [place for place, event in enumerate(events) if event["event_type"] in bad]
            if wrong:
                told = {
                    "code": 400,
                    "error": "no",
                    "events_with_invalid_fields": {"event_type": wrong},
                }
                return Reply(400, json.dumps(told).encode())
            taken.extend(
                event["insert_id"] for event in events if event["event_type"] != "$identify"
            )
            return Reply(200, b'{"code": 200}')

        monkeypatch.setattr("footfall.net.http_client.HttpConnection.post", post)
        return taken, bad

    def test_they_go_once(self, amplitude):
        """Refused, mended, sent again, and then not again."""
        taken, bad = amplitude
        to = "amplitude:eu#url=http://127.0.0.1:9&endpoint=batch"
        result = footfall.run("ecommerce", to=to, **SIZE)
        n = result.sinks[0].rejected
        assert n > 20
        again = send_dead_letters("dead-letters", to=to)
        assert (again.sinks[0].rejected, again.is_clean) == (n, False)
        bad.clear()
        assert send_dead_letters("dead-letters", to=to).sinks[0].accepted == n
        assert send_dead_letters("dead-letters", to=to).sinks[0].generated == 0
        assert len(taken) == len(set(taken)) == result.events


class TestKafka:
    """Letters of a topic go to a topic, with key and time as they would have had."""

    def test_they_go_once(self):
        """Too large for a topic at first; with more room they are there, and then not again."""
        from tests.brokers import cluster, messages

        with cluster() as brokers:
            small = f"kafka://{brokers}/letters?message.max.bytes=1000"
            result = footfall.run("ecommerce", to=small, people=600, days=5)
            n = result.sinks[0].rejected
            assert n > 0
            assert send_dead_letters("dead-letters", to=small).sinks[0].rejected == n
            large = f"kafka://{brokers}/letters"
            assert send_dead_letters("dead-letters", to=large).sinks[0].accepted == n
            assert send_dead_letters("dead-letters", to=large).sinks[0].generated == 0
            there = messages(brokers, "letters")
        ids = [json.loads(value)["insert_id"] for _, value, _, _ in there]
        assert len(ids) == len(set(ids)) == result.events
        for key, value, _, _ in there:
            event = json.loads(value)
            assert key == event.get("user_id", f"person-{event['person']}")
