"""What tests of several folders start: servers that take a while."""

import pytest


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL of the module's own; where there is none, the tests that ask for it are skipped."""
    from tests.postgres import server  # only here: most suites need no driver

    with server() as running:
        yield running


@pytest.fixture
def url(postgres):
    """The address of a new database."""
    return postgres.create()
