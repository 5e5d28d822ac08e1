"""The receiver's page in a browser, light and dark, empty and full."""

import pytest

from footfall.errors import StoreError
from tests.receivers import receiver

pytestmark = pytest.mark.browser


@pytest.fixture
def client(tmp_path):
    with receiver(tmp_path) as made:
        yield made


def opened(browser, client, width=1200, scheme="light"):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(client.base)
    return page


EVENTS = [
    {
        "insert_id": f"{i}",
        "event_type": f"Event {i % 20}",
        "person": i,
        "city": f"City {i % 30}",
        "stage": "cart",
    }
    for i in range(1234)
]


def test_empty(browser, client):
    """Before anything has come, the page says what to do, with the address it has itself."""
    page = opened(browser, client)
    assert "Nothing has been received yet" in page.inner_text("main")
    assert f"--to webhook+{client.base}/webhook" in page.inner_text("pre")
    page.close()


def test_refreshes(browser, client):
    """What comes while it is open appears by itself."""
    page = opened(browser, client)
    client.post("/webhook", EVENTS)
    stored = page.locator("dl div", has_text="events stored")
    stored.locator("dd", has_text="1,234").wait_for(timeout=20_000)
    assert page.title() == "1,234 events · footfall receiver"
    assert page.said == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000, 1200])
def test_fits(browser, client, width, scheme):
    """On a telephone and on a screen: no scrolling sideways, numbers flush right and equally wide, contrast in both."""
    client.post("/webhook", EVENTS)
    page = opened(browser, client, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("section").count() == 6
    numbers = page.locator("section td.n").first
    style = numbers.evaluate(
        "e => [getComputedStyle(e).textAlign, getComputedStyle(e).fontVariantNumeric]"
    )
    assert style == ["right", "tabular-nums"]
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    ink, paper = (sum(map(int, colour[4:-1].split(", "))) for colour in colours)
    assert (paper > ink) == (scheme == "light")
    assert abs(paper - ink) > 450
    page.close()


def test_whose_traffic(browser, client):
    """The page says whose events it sees, by which library, and what was done about them."""
    context = {"library": {"name": "analytics-python", "version": "2.4.0"}}
    call = {"type": "track", "userId": "ann", "event": "x", "context": context}
    client.post("/v1/batch", {"writeKey": "k", "batch": [call | {"messageId": "1"}]})
    client.post(
        "/batch/", {"api_key": "k", "batch": [{"event": "x", "distinct_id": "ann"}] * 2}
    )
    client.post(
        "/2/httpapi", {"api_key": "k", "events": [{"event_type": "x", "user_id": "user-1"}]}
    )
    client.post("/webhook", {"event_type": "x"})
    page = opened(browser, client)
    senders = page.locator("section", has_text="Whose events").locator("tbody th")
    assert sorted(senders.all_inner_texts()) == [
        "Amplitude",
        "PostHog",
        "Segment, analytics-python/2.4.0",
        "not known",
    ]
    notes = page.locator("p.note").all_inner_texts()
    assert len(notes) == 4
    assert notes[1] == (
        "2 events came to /batch/ without a time: they have the moment at which they were received"
    )
    page.close()


def test_stages_in_the_order_of_the_journey(browser, client):
    """Stages stand as people reach them, though few come far and some pass one over."""
    journeys = (
        [["visitor"]] + [["visitor", "cart", "customer"]] * 3 + [["visitor", "customer"]] * 2
    )
    events = [
        {
            "event_type": "x",
            "person": person,
            "stage": stage,
            "time": 1_767_607_200_000 + moment,
        }
        for person, journey in enumerate(journeys)
        for moment, stage in enumerate(journey)
    ]
    client.post("/webhook", [*events, {"event_type": "x", "person": 99, "stage": "cart"}])
    page = opened(browser, client)
    rows = page.locator("section", has_text="Stages").locator("tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["visitor", "1"], ["cart", "1"], ["customer", "5"]]
    page.close()


def test_people_who_are_one(client):
    """Who was nobody at first, and is known since, is one person, whatever ids came before."""
    calls = [
        {"type": "track", "event": "x", "anonymousId": "a1", "messageId": "1"},
        {"type": "identify", "userId": "ann", "anonymousId": "a1", "messageId": "2"},
        {"type": "track", "event": "x", "userId": "ann", "messageId": "3"},
    ]
    client.post("/v1/batch", {"writeKey": "k", "batch": calls})
    overview = client.listener.received.event_store.overview()
    assert (overview.events, overview.people) == (3, 1)


def test_trouble(browser, client):
    """While nothing can be stored the page says so, and why."""
    client.listener.received.trouble = StoreError(
        "received.duckdb: the disk is full\n  nothing was stored"
    )
    page = opened(browser, client)
    assert (
        page.inner_text("[role=alert]")
        == "Events are refused: received.duckdb: the disk is full"
    )
    page.close()
