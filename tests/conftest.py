"""What tests of several folders start: servers that take a while."""

import pytest


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL of the module's own; where there is none, the tests that ask for it are skipped."""
    from tests.postgres import server  # only here: most suites need no driver

    with server() as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    """A browser of the module's own: an event loop runs in the test's thread while it is open, so not for longer."""
    from tests.browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture
def url(postgres):
    """The address of a new database."""
    return postgres.create()
