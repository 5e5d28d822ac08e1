"""Stores of every kind, for what all of them promise."""

import pytest


@pytest.fixture(params=["duckdb:a.duckdb", "duckdb:shop.duckdb", "parquet:p", "postgresql"])
def spec(request, tmp_path, monkeypatch):
    """A store that is not there yet: of every kind, and one that is called like a scenario in it."""
    monkeypatch.chdir(tmp_path)
    if request.param != "postgresql":
        return request.param
    return request.getfixturevalue("postgres").create()
