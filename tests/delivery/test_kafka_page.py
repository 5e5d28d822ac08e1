"""What the page on Kafka shows is what happens, on the mock cluster that librdkafka brings along."""

import json
import shlex

import pytest

from tests import brokers
from tests.brokers import messages
from tests.commands import footfall
from tests.docs.examples import ROOT, blocks

PAGE = ROOT / "docs" / "sinks" / "kafka.md"
BROKER = "localhost:9092"


@pytest.fixture(scope="module")
def cluster():
    with brokers.cluster() as addresses:
        yield addresses


def test_the_commands_of_the_page(cluster, tmp_path, monkeypatch):
    """As shown but for the broker's address: all events of the run are in the topic, once, and again does nothing."""
    monkeypatch.chdir(tmp_path)
    shown = [
        line
        for block in blocks(PAGE, "sh")
        for line in block.splitlines()
        if line.startswith("footfall ")
    ]
    assert shown
    for line in shown:
        assert BROKER in line
        args = shlex.split(line.replace(BROKER, cluster))[1:]
        said = footfall(*args, "--summary", "json")
        assert said.code == 0, said.err
        told = json.loads(said.out)
        (sink,) = told["sinks"]
        assert sink["accepted"] == told["events"] > 1_000
        topic = sink["to"].rpartition("/")[2]
        ids = [json.loads(value)["insert_id"] for _, value, _, _ in messages(cluster, topic)]
        assert len(ids) == len(set(ids)) == told["events"]
        assert "complete before" in footfall(*args).out
