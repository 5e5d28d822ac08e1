"""What both ledgers share: a transaction is there as a whole or not at all, and errors are a user's words."""

import sqlite3

import pytest

from footfall.errors import StoreError
from footfall.store import sqlite
from footfall.store.sqlite import SQLiteLedger


class Counting(SQLiteLedger):
    kept = "every number is kept"

    def _make(self):
        self._connection.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")

    def add(self, *numbers, fail_with=None):
        with self._transaction() as execute:
            for number in numbers:
                execute("INSERT INTO numbers VALUES (?)", (number,))
            if fail_with is not None:
                raise fail_with


@pytest.fixture
def ledger(tmp_path):
    with Counting(tmp_path / "numbers.sqlite", make=True) as ledger:
        yield ledger


def test_a_transaction_that_fails_leaves_nothing(ledger):
    """Neither an error of SQLite's nor one of ours in the middle leaves a row, and the next one works."""
    with pytest.raises(ZeroDivisionError):
        ledger.add(1, 2, fail_with=ZeroDivisionError())
    ledger.add(3)
    assert ledger.rows("SELECT n FROM numbers") == [(3,)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("database or disk is full", "the disk is full\n  every number is kept\n  hint: free"),
        ("file is not a database", "is damaged, or no ledger of footfall\n  hint: put it back"),
        (
            "disk I/O error",
            "numbers.sqlite: the disk cannot be read or written\n  every number is kept",
        ),
    ],
)
def test_errors_say_what_is_left(ledger, text, says):
    """Each names the file, what a failure leaves untouched, and what helps."""
    with pytest.raises(StoreError, match=says):
        ledger.add(1, fail_with=sqlite3.OperationalError(text))


def test_a_file_that_another_holds(ledger, monkeypatch):
    """It is waited for, for some seconds, and then named."""
    monkeypatch.setattr(sqlite, "LOCK_WAIT_S", 0.01)
    with (
        Counting(ledger.path, make=True) as other,
        ledger._transaction(),
        pytest.raises(StoreError, match="in use by another process\n  hint: wait until"),
    ):
        other.add(1)


def test_one_that_is_not_there_is_not_made(tmp_path):
    """Readers make no files."""
    with pytest.raises(StoreError, match="there is no such file or folder"):
        Counting(tmp_path / "numbers.sqlite", make=False)
    assert list(tmp_path.iterdir()) == []
