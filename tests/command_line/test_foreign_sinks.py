"""Sinks of other packages are first class: commands ask what a sink can do, never what it is called."""

from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from footfall.cli.rerun import LEFT_OUT, again
from footfall.errors import StoreError
from footfall.sinks import registry
from footfall.sinks.files.duckdb_file import DuckDBSink
from footfall.sinks.files.parquet_folder import ParquetSink
from footfall.sinks.files.standard_output import StandardOutput
from footfall.sinks.protocol import Capabilities
from footfall.store import open_store
from tests.commands import footfall

SMALL = ("--people", 300, "--days", 10)


class Lake(ParquetSink):
    """A folder that keeps runs, rows and days apart, under a name of its own."""

    name = "lake:here"


class Vault(DuckDBSink):
    """A store whose address holds a secret, and which refuses parts on demand."""

    def __init__(self, target):
        super().__init__(target.rpartition("@")[2])

    @property
    def name(self):
        return f"vault:{self.path}"

    @property
    def capabilities(self):
        return replace(super().capabilities, is_masked=True)

    def commit(self, prepared):
        if Path("full").exists():
            raise StoreError(f"{self.name}: full")
        return super().commit(prepared)


class Pipe(StandardOutput):
    """Standard output, called otherwise."""

    name = "pipe:"

    def __init__(self, target):
        super().__init__()


class Board(StandardOutput):
    """A destination that says nothing of what it can do."""

    name = "board:here"
    capabilities = None

    def __init__(self, target):
        super().__init__()


class Project(Board):
    """A destination that can be tried without writing, and keeps profiles."""

    capabilities = Capabilities(can_dry_run=True, keeps_profiles=True)

    def __init__(self, target):
        super().__init__(target)
        self.name = f"project:{target}"


@pytest.fixture(autouse=True)
def _installed(tmp_path, monkeypatch):
    """The sinks above as if a package had declared them, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delattr(Board, "capabilities")
    points = EntryPoints(
        EntryPoint(
            name=of.__name__.lower(),
            value=f"{__name__}:{of.__name__}",
            group=registry.ENTRY_POINTS,
        )
        for of in (Lake, Vault, Pipe, Board, Project)
    )
    monkeypatch.setattr(registry, "entry_points", points.select)


def test_a_store_of_another_package_is_reported_and_its_report_proposed():
    """Its size is shown, the next commands name it as `report` takes it, and they work."""
    said = footfall("run", "starter", *SMALL, "--to", "lake:shop")
    assert said.code == 0, said.err
    assert "in lake:here: " in said.out
    assert "footfall report shop --by platform" in said.out
    assert footfall("report", "shop", "--by", "platform").code == 0


def test_closing_tables_come_from_a_store_of_another_package():
    """Of a run that is complete before, what was counted is asked of the sink that keeps it."""
    first, second = (footfall("run", "starter", *SMALL, "--to", "lake:shop") for _ in range(2))
    assert "in lake:here: complete before" in second.out
    stages = first.out[first.out.index("Stages:") :].partition("\n\n")[0]
    assert stages in second.out


def test_partition_day_works_with_a_sink_of_another_package():
    """One that says it can partition is made so; no other kind need be named."""
    said = footfall("run", "starter", *SMALL, "--to", "lake:shop", "--partition", "day")
    assert said.code == 0, said.err
    days = [folder.name for folder in Path("shop").glob("coffee/events/*/*") if folder.is_dir()]
    assert "2026-03-03" in " ".join(days)
    refused = footfall("run", "starter", *SMALL, "--to", "board:x", "--partition", "day")
    assert refused.code == 2
    assert "--partition day is for parquet and postgresql" in refused.err


def test_a_line_to_type_again_leaves_the_secret_of_another_package_out():
    """A sink that says its name is masked is named by it; one that does not stands as it was written."""
    Path("full").touch()
    said = footfall("run", "starter", *SMALL, "--to", "vault:c4n4ry@a.duckdb")
    assert said.code == 1
    assert "--to vault:a.duckdb" in again(["run", "starter", "--to", "vault:c4n4ry@a.duckdb"])
    assert again(["run", "--to", "vault:c4n4ry@a.duckdb"]).endswith(LEFT_OUT)
    assert "c4n4ry" not in said.out + said.err
    assert again(["run", "--to", "lake:shop"]) == "footfall run --to lake:shop"


def test_live_goes_on_from_a_store_of_another_package():
    """It is asked which run it holds, so the line to go on needs no first day."""
    assert footfall("run", "starter", *SMALL, "--to", "lake:shop").code == 0
    with open_store("shop") as store:
        (info,) = store.runs()
    said = footfall(
        "live",
        "starter",
        "--to",
        "lake:shop",
        "--speed",
        "1e6",
        "--for",
        "1s",
        "--summary",
        "json",
    )
    assert info.id in said.out, said.err


def test_another_packages_standard_output_leaves_it_to_the_events():
    """What a command says goes to standard error."""
    said = footfall("run", "starter", "--people", 20, "--days", 3, "--to", "pipe:x")
    assert "people, 2026" in said.err
    assert "people, 2026" not in said.out


def test_a_dry_run_of_a_sink_of_another_package():
    """The option is put behind `#`, beside others; a sink without it is told by its name."""
    said = footfall(
        "run", "starter", "--people", 20, "--days", 3, "--to", "project:x#a=1", "--dry-run"
    )
    assert "in project:x#a=1&dry-run: " in said.out, said.err
    refused = footfall("run", "starter", "--to", "lake:x", "--dry-run")
    assert "--dry-run: lake:here cannot be tried without writing" in refused.err


def test_a_file_of_events_alone_warns_whoever_keeps_profiles():
    """A sink that keeps properties of people is named; another is not."""
    made = footfall("run", "starter", "--people", 20, "--days", 3, "--to", "ndjson:a.ndjson")
    assert made.code == 0
    said = footfall("send", "a.ndjson", "--to", "project:x", "--to", "board:y")
    assert said.err.count("user properties stay as they are in project:x\n") == 1
    assert "stay as they are in board" not in said.err
