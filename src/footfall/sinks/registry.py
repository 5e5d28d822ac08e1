"""From what a user writes after `--to` to a sink; nothing heavy is imported before a sink is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

from footfall.errors import UsageError
from footfall.sinks.protocol import FileKind, Partition, Sink

ENTRY_POINTS = "footfall.sinks"
Maker = Callable[[str], Sink]


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


_KINDS: dict[str, tuple[str, Maker]] = {
    "duckdb": ("duckdb:FILE", _duckdb),
    "parquet": ("parquet:FOLDER", _parquet),
    "ndjson": ("ndjson:FILE", _file("ndjson")),
    "csv": ("csv:FILE", _file("csv")),
    "json": ("json:FILE", _file("json")),
    "postgresql": ("postgresql://USER@HOST/DATABASE", _postgresql),
    "postgres": ("postgres://USER@HOST/DATABASE", _postgresql),
    "webhook+https": ("webhook+https://HOST/PATH", _webhook("https")),
    "webhook+http": ("webhook+http://HOST/PATH", _webhook("http")),
    "amplitude": ("amplitude:us", _amplitude),
    "kafka": ("kafka://BROKER:PORT/TOPIC", _kafka),
}
_PARTITIONED: dict[str, Callable[[str, Partition], Sink]] = {
    "parquet": _parquet,
    "postgresql": _postgresql,
    "postgres": _postgresql,
}
_PASSWORD = re.compile(r"(?<=://)[^/?#]*:[^@]*(?=@)")
_ENDINGS = {
    ".duckdb": "duckdb",
    ".db": "duckdb",
    ".parquet": "parquet",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".ndjson.gz": "ndjson",
    ".jsonl.gz": "ndjson",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".json": "json",
    ".json.gz": "json",
}


def parse(spec: str, *, partition: Partition = "none") -> Sink:
    """Return the sink that a text names.

    Args:
        spec: `KIND:TARGET`, or a path with an ending that tells the kind, or `-` for standard output. Kinds of other
            packages are found through the entry points `footfall.sinks`; each is called with what follows the colon.
        partition: `day` puts each day's events into Parquet files or PostgreSQL tables of their own; other kinds have
            no such thing.

    Raises:
        UsageError: No such kind; the error lists those that exist.
    """
    if spec == "-":
        return _standard_output()
    kind, colon, target = spec.partition(":")
    if not colon:
        kind, target = _guess(spec), spec
    maker = _KINDS[kind][1] if kind in _KINDS else _foreign(kind)
    if maker is None:
        raise _unknown(spec)
    if not target and kind != "amplitude":  # whose region has a default
        raise UsageError(f"--to {spec!r} names no target\n  hint: write {_form(kind)}")
    return _PARTITIONED[kind](target, partition) if kind in _PARTITIONED else maker(target)


def parse_all(to: str | Sink | Sequence[str | Sink]) -> list[Sink]:
    """Return the sinks that somebody names: one or several, as `parse` takes them or made already."""
    named = [to] if isinstance(to, str) or not isinstance(to, Sequence) else to
    return [parse(sink) if isinstance(sink, str) else sink for sink in named]


def _guess(path: str) -> str:
    return next(
        (kind for ending, kind in _ENDINGS.items() if path.rstrip("/").endswith(ending)), ""
    )


def _foreign(kind: str) -> Maker | None:
    found = entry_points(group=ENTRY_POINTS, name=kind)
    return next((point.load() for point in found), None)


def _form(kind: str) -> str:
    return _KINDS[kind][0] if kind in _KINDS else f"{kind}:TARGET"


def _unknown(spec: str) -> UsageError:
    kind = spec.partition(":")[0]
    if kind in ("http", "https", "webhook"):  # not shown: its path may be a secret
        return UsageError(
            f"--to {kind}:… names no kind of sink\n  hint: write webhook+https://HOST/PATH for a webhook"
        )
    forms = [*(form for form, _ in _KINDS.values()), "-"]
    forms += [
        f"{name}:…"
        for name in sorted(entry_points(group=ENTRY_POINTS).names)
        if name not in _KINDS
    ]
    return UsageError(
        f"--to {_PASSWORD.sub('***', spec)!r}: there is no such sink\n  accepted: {', '.join(forms)}\n"
        f"  hint: a path alone is enough if it ends in {', '.join(e for e in _ENDINGS if not e.endswith('.gz'))}"
    )
