"""How many processes simulate is no part of the output: the files are the same, byte for byte."""

import hashlib

import pytest

import footfall


def digests(folder):
    """Return the SHA-256 of every data file below a folder, by its path."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".parquet", ".ndjson"))
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }


@pytest.mark.parametrize("scenario", ["ecommerce", "online-school"])
def test_files_do_not_depend_on_workers(tmp_path, scenario):
    """One process, two and three write the same Parquet files and the same NDJSON, in three groups of people."""
    made = {}
    for workers in (1, 2, 3):
        folder = tmp_path / str(workers)
        folder.mkdir()
        sinks = [f"parquet:{folder / 'p'}", f"ndjson:{folder / 'e.ndjson'}"]
        footfall.run(scenario, people=9000, days=1, workers=workers, to=sinks)
        made[workers] = digests(folder)
    assert len(made[1]) >= 4
    assert made[1] == made[2] == made[3]
