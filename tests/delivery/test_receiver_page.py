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
    assert page.locator("section").count() == 4
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
