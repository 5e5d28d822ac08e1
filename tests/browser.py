"""A headless Chromium for tests, or the reason why there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """A page that was opened, and all it said and asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser; skip the test where there is none, unless FOOTFALL_REQUIRE_BROWSER=1 says that there must be."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        missing = (
            pytest.fail if os.environ.get("FOOTFALL_REQUIRE_BROWSER") == "1" else pytest.skip
        )
        missing(f"no headless browser: none of {', '.join(NAMES)} is on the path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def visit(
    browser: Any, file: Path, *, width: int = 1200, height: int = 900, scheme: str = "light"
) -> Visit:
    """Open a file, listening to the console, to errors, dialogs and requests."""
    size = {"width": width, "height": height}
    seen = Visit(browser.new_page(viewport=size, color_scheme=scheme))
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("dialog", lambda dialog: (seen.said.append(dialog.message), dialog.dismiss()))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.goto(file.as_uri())
    return seen
