"""The registry of sinks by kind; nothing heavy is imported before a sink is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

from footfall.errors import UsageError
from footfall.sinks.protocol import FileKind, Partition, Sink, capabilities_of

ENTRY_POINTS = "footfall.sinks"
Maker = Callable[..., Sink]


def _duckdb(target: str) -> Sink:
    from footfall.sinks.files.duckdb_file import DuckDBSink

    return DuckDBSink(target)


def _parquet(target: str, partition: Partition = "none") -> Sink:
    from footfall.sinks.files.parquet_folder import ParquetSink

    return ParquetSink(target, partition=partition)


def _file(kind: FileKind) -> Maker:
    def make(target: str) -> Sink:
        from footfall.sinks.files.one_file import FileSink

        return FileSink(target, kind)

    return make


def _postgresql(target: str, partition: Partition = "none") -> Sink:
    from footfall.sinks.postgresql.sink import PostgresSink

    return PostgresSink(f"postgresql:{target}", partition=partition)


def _webhook(scheme: str) -> Maker:
    def make(target: str) -> Sink:
        from footfall.sinks.webhook import sink

        return sink.make(scheme, target)

    return make


def _amplitude(target: str) -> Sink:
    from footfall.sinks.amplitude import sink

    return sink.make(target)


def _kafka(target: str) -> Sink:
    from footfall.sinks.kafka import sink

    return sink.make(target)


def _standard_output() -> Sink:
    from footfall.sinks.files.standard_output import StandardOutput

    return StandardOutput()


@dataclass(frozen=True, slots=True)
class SinkKind:
    """A kind of sinks after `--to`.

    Args:
        form: How it is written, for messages.
        make: Returns the sink of what follows the colon; of a sink that can partition, with
            `partition` as well.
        endings: Of paths that mean this kind when they stand alone.
        has_default: What follows the colon may be empty.
    """

    form: str
    make: Maker
    endings: tuple[str, ...] = ()
    has_default: bool = False


_ROWS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
KINDS = {
    "duckdb": SinkKind("duckdb:FILE", _duckdb, (".duckdb", ".db")),
    "parquet": SinkKind("parquet:FOLDER", _parquet, (".parquet",)),
    "ndjson": SinkKind("ndjson:FILE", _file("ndjson"), _ROWS),
    "csv": SinkKind("csv:FILE", _file("csv"), (".csv", ".csv.gz")),
    "json": SinkKind("json:FILE", _file("json"), (".json", ".json.gz")),
    "postgresql": SinkKind("postgresql://USER@HOST/DATABASE", _postgresql),
    "postgres": SinkKind("postgres://USER@HOST/DATABASE", _postgresql),
    "webhook+https": SinkKind("webhook+https://HOST/PATH", _webhook("https")),
    "webhook+http": SinkKind("webhook+http://HOST/PATH", _webhook("http")),
    "amplitude": SinkKind("amplitude:us", _amplitude, has_default=True),
    "kafka": SinkKind("kafka://BROKER:PORT/TOPIC", _kafka),
}
_PASSWORD = re.compile(r"(?<=://)[^/?#]*:[^@]*(?=@)")


def parse(spec: str, *, partition: Partition = "none") -> Sink:
    """Return the sink that a text names.

    Args:
        spec: `KIND:TARGET`, or a path with an ending that tells the kind, or `-` for standard
            output. Kinds of other packages are found through the entry points
            `footfall.sinks`; each is called with what follows the colon.
        partition: `day` puts each day's events into files or tables of their own, with sinks
            that can partition.

    Raises:
        UsageError: No such kind; the error lists those that exist.
    """
    if spec == "-":
        return _standard_output()
    name, colon, target = spec.partition(":")
    if not colon:
        name, target = _guess(spec), spec
    kind = KINDS.get(name) or _foreign(name)
    if kind is None:
        raise _unknown(spec)
    if not target and not kind.has_default:
        raise UsageError(f"--to {spec!r} names no target\n  hint: write {kind.form}")
    sink = kind.make(target)
    # Making a sink touches nothing, so one that says it can partition is simply made again.
    is_parted = partition != "none" and capabilities_of(sink).can_partition
    return kind.make(target, partition=partition) if is_parted else sink


def parse_all(to: str | Sink | Sequence[str | Sink]) -> list[Sink]:
    """Return the sinks that are named: one or several, as `parse` takes them, or made already.

    Raises:
        UsageError: There is no such sink, or one is named twice.
    """
    named = [to] if isinstance(to, str) or not isinstance(to, Sequence) else to
    sinks = [parse(sink) if isinstance(sink, str) else sink for sink in named]
    names = [sink.name for sink in sinks]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"{twice} is named twice\n  hint: every sink gets all events; name it once"
        )
    return sinks


def _guess(path: str) -> str:
    """Return the kind that the ending of a path means; empty if none does."""
    ending = path.rstrip("/")
    return next((name for name, kind in KINDS.items() if ending.endswith(kind.endings)), "")


def _foreign(name: str) -> SinkKind | None:
    """Return a kind that another package has declared; its module is imported only now."""
    found = entry_points(group=ENTRY_POINTS, name=name)
    return next((SinkKind(f"{name}:TARGET", point.load()) for point in found), None)


def _unknown(spec: str) -> UsageError:
    kind = spec.partition(":")[0]
    if kind in ("http", "https", "webhook"):  # not shown: its path may be a secret
        return UsageError(
            f"--to {kind}:… names no kind of sink\n  hint: write webhook+https://HOST/PATH for a webhook"
        )
    forms = [*(of.form for of in KINDS.values()), "-"]
    foreign = sorted(entry_points(group=ENTRY_POINTS).names - KINDS.keys())
    forms += [f"{name}:…" for name in foreign]
    endings = [ending for of in KINDS.values() for ending in of.endings if ".gz" not in ending]
    return UsageError(
        f"--to {_PASSWORD.sub('***', spec)!r}: there is no such sink\n  accepted: {', '.join(forms)}\n"
        f"  hint: a path alone is enough if it ends in {', '.join(endings)}"
    )
