"""A span that begins after the run: people are as they were by then, though what changed them stays behind."""

import pytest

import footfall
from footfall.execution.send import send
from footfall.store import open_store
from footfall.units import DAY_MS
from tests.receivers import receiver

SIZE = {"people": 1500, "start": "2026-03-01", "days": 10, "workers": 1}
X_DAYS = 5


@pytest.fixture(scope="module", params=["online-school", "ecommerce"])
def stored(postgres, tmp_path_factory, request):
    """The scenario's name, and its run in each kind of store."""
    folder, url = tmp_path_factory.mktemp("states"), postgres.create()
    stores = {
        "duckdb": f"duckdb:{folder}/a.duckdb",
        "parquet": f"parquet:{folder}/a",
        "postgresql": url,
    }
    footfall.run(request.param, to=list(stores.values()), **SIZE)
    return request.param.replace("-", "_"), stores


def start_of(store):
    return store.runs()[0].run.stream.start_ms


def identities(store, scenario, from_ms):
    """Return what Amplitude knows people by who did something in the span."""
    sql = f"SELECT user_id, device_id, person FROM {scenario}.events WHERE epoch_ms(time) >= {from_ms} ORDER BY time"
    found = {}
    for user_id, device_id, person in store.query(sql):
        if user_id or not found.get(person, "").startswith("u/"):
            found[person] = f"u/{user_id}" if user_id else f"d/{device_id}"
    return found


def profiles(store, known_by, folder, monkeypatch, **span):
    """Deliver a span to a receiver; return what is true of people there."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AMPLITUDE_API_KEY", "test-key-0001")
    with receiver(folder) as client:
        result = send(store, to=f"amplitude:us#url={client.base}&endpoint=batch", **span)
        assert result.is_clean
        return {
            person: client.listener.received.profiles.of(name)
            for person, name in known_by.items()
        }


@pytest.mark.parametrize("kind", ["duckdb", "parquet", "postgresql"])
def test_amplitude_has_the_same_state(stored, tmp_path, monkeypatch, kind):
    """User properties are those of a whole delivery, for everybody who is in the span, in few parts and in many."""
    scenario, stores = stored
    with open_store(stores["duckdb"]) as store:
        from_ms = start_of(store) + X_DAYS * DAY_MS
        known_by = identities(store, scenario, from_ms)
        changed = store.query(
            f"SELECT person FROM {scenario}.changes WHERE epoch_ms(time) < {from_ms}"
        )
    assert len(known_by.keys() & {person for (person,) in changed}) > 5
    whole = profiles(stores[kind], known_by, tmp_path / "whole", monkeypatch)
    monkeypatch.setattr("footfall.execution.stored_engine.PART_EVENTS", 500)
    assert (
        profiles(stores[kind], known_by, tmp_path / "span", monkeypatch, from_ms=from_ms)
        == whole
    )


@pytest.mark.parametrize("kind", ["duckdb", "parquet", "postgresql"])
def test_a_store_has_the_same_people(stored, tmp_path, kind):
    """Arrivals hold the state by then, so that the view of people as they are now is that of the source."""
    scenario, stores = stored
    to = f"duckdb:{tmp_path}/b.duckdb"
    with open_store(stores["duckdb"]) as store:
        from_ms = start_of(store) + X_DAYS * DAY_MS
        wanted = store.query(f"SELECT * FROM {scenario}.users ORDER BY person")
    send(stores[kind], to=to, from_ms=from_ms)
    with open_store(to) as store:
        assert store.query(f"SELECT * FROM {scenario}.users ORDER BY person") == wanted
        ((n,),) = store.query(
            f"SELECT count(*) FROM {scenario}.changes WHERE epoch_ms(time) < {from_ms}"
        )
        assert n == 0
