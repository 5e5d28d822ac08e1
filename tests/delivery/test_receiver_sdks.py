"""The vendors' own packages, unmodified, from pip and npm, in Node and in a browser: what they send arrives as meant.

Each runs in a process of its own. `tests/sdks/` holds what they do: an order, whose it is, and a group.
"""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.receivers import receiver

SDKS = Path(__file__).parents[1] / "sdks"
VENDORS = ["amplitude", "mixpanel", "posthog", "segment", "rudderstack"]
BUNDLES = {
    "amplitude": "@amplitude/analytics-browser/lib/scripts/amplitude-min.js",
    "mixpanel": "mixpanel-browser/dist/mixpanel.umd.js",
    "posthog": "posthog-js/dist/array.full.no-external.js",
    "segment": "@segment/analytics-next/dist/umd/index.js",
}
LEAVES = {"amplitude": "Left", "posthog": "$pageleave"}
"""Sent by a beacon."""
LONGEST_S = 60


@pytest.fixture(scope="module")
def pages():
    """The address of a server of pages, whose origin is another than the receiver's."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Say nothing."""

        def do_GET(self):
            body = b"<!DOCTYPE html><title>A shop</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def client(tmp_path_factory, pages):
    with receiver(tmp_path_factory.mktemp("receiver"), origins=(pages,)) as made:
        yield made


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the packages of npm; where there is no npm, its tests are skipped, but not in CI."""
    if shutil.which("npm") is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("npm is not on the path")
    folder = tmp_path_factory.mktemp("npm")
    shutil.copytree(SDKS, folder, dirs_exist_ok=True)
    done = subprocess.run(
        ["npm", "ci", "--prefer-offline"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def run(command, client, who):
    done = subprocess.run(
        [*command, client.base, who],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def seen(client, who):
    """Return what is there of somebody: kinds and types of events, who, properties of person and group."""
    rows = client.rows(
        "SELECT vendor, kind, event_type, library FROM received "
        f"WHERE CAST(event AS text) LIKE '%{who}%' ORDER BY ALL"
    )
    profiles = client.listener.received.profiles
    groups = [profiles.of(f"g/{one}") for one in (f"org/{who}", f"group/{who}-group")]
    return rows, profiles.of(f"u/{who}"), [group for group in groups if group]


def check(client, who, vendor):
    rows, person, groups = seen(client, who)
    assert {row[0] for row in rows} == {vendor}
    assert (vendor, "track", "Order Paid") in {row[:3] for row in rows}
    assert {"identify", "group"} <= {row[1] for row in rows}
    assert person["plan"] == "pro"
    assert groups == [{"size": 5}]


def orders(client, whose):
    """Return orders that are somebody's: as they came, device, and how late they came, seconds."""
    rows = client.rows(
        "SELECT event, device_id, time, received FROM received "
        f"WHERE event_type = 'Order Paid' AND {whose}"
    )
    return [
        (json.loads(event), device, (received - time).total_seconds())
        for event, device, time, received in rows
    ]


def amount(event):
    return (event.get("properties") or event["event_properties"])["amount"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_from_pip(client, vendor):
    """Python's packages: a person, a group and an order that has just been paid."""
    who = f"pip-{vendor}"
    run([sys.executable, str(SDKS / "python" / f"{vendor}_sdk.py")], client, who)
    check(client, who, vendor)
    paid = orders(client, f"user_id = '{who}'")
    assert {amount(event) for event, _, _ in paid} == {1}
    assert all(-5 < late_s < LONGEST_S for _, _, late_s in paid)


def test_python_details(client):
    """What only some of Python's packages can say: operations, imports of the past, nobody, aliases."""
    profiles = client.listener.received.profiles
    for vendor in ("mixpanel", "posthog", "segment"):
        if not profiles.of(f"u/pip-{vendor}"):
            run(
                [sys.executable, str(SDKS / "python" / f"{vendor}_sdk.py")],
                client,
                f"pip-{vendor}",
            )
    assert profiles.of("u/pip-mixpanel") == {"plan": "pro", "n": 3}
    ((when,),) = client.rows("SELECT time FROM received WHERE event_type = 'Paid Before'")
    assert f"{when:%Y-%m-%d %H:%M}" == "2026-01-05 10:00"
    nobody = "SELECT count(*), count(user_id) FROM received WHERE vendor = 'posthog' AND event_type = 'Seen'"
    assert client.rows(nobody) == [(2, 0)]
    links = dict(client.rows("SELECT device, user_id FROM links"))
    assert links["pip-posthog-before"] == "pip-posthog"
    assert links["pip-segment-before"] == "pip-segment"


@pytest.mark.parametrize("vendor", VENDORS)
def test_from_npm(client, installed, vendor):
    """Node's packages: a person, a group and an order."""
    who = f"npm-{vendor}"
    run(["node", str(installed / "node" / f"{vendor}.mjs")], client, who)
    check(client, who, vendor)
    assert [amount(event) for event, _, _ in orders(client, f"user_id = '{who}'")] == [1]


@contextmanager
def opened(browser, pages, client, installed, vendor):
    page = browser.new_page()
    page.goto(pages)
    page.evaluate(
        "([base, who]) => Object.assign(window, { base, who })", [client.base, f"web-{vendor}"]
    )
    page.add_script_tag(content=(installed / "node_modules" / BUNDLES[vendor]).read_text())
    page.add_script_tag(content=(installed / "browser" / f"{vendor}.js").read_text())
    yield page
    page.goto("about:blank")  # what is sent when a page is left
    page.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as made:
        yield made


@pytest.mark.browser
@pytest.mark.parametrize("vendor", BUNDLES)
def test_in_a_browser(client, installed, pages, browser, vendor):
    """Browsers' packages, on a page of an allowed origin: first anonymous, then known, by pre-flights and beacons."""
    who = f"web-{vendor}"
    whose = f"vendor = '{vendor}' AND coalesce(user_id, '{who}') = '{who}'"
    with opened(browser, pages, client, installed, vendor):
        wait_for(lambda: {"identify", "group"} <= {row[1] for row in seen(client, who)[0]})
        wait_for(lambda: orders(client, whose))
    rows, person, groups = seen(client, who)
    assert {row[0] for row in rows} == {vendor}
    assert (person["plan"], groups) == ("pro", [{"size": 5}])
    ((paid, device, _),) = orders(client, whose)
    assert amount(paid) == 1
    # Who was nobody when the order was paid is known since.
    assert dict(client.rows("SELECT device, user_id FROM links")).get(device, who) == who
    if vendor in LEAVES:
        wait_for(
            lambda: (
                (vendor, LEAVES[vendor])
                in client.rows("SELECT vendor, event_type FROM received")
            )
        )


def wait_for(is_true):
    until = time.monotonic() + LONGEST_S
    while not is_true():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)
