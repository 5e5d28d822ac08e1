"""One name, one thing: classes, files, and how long a file is."""

from collections import defaultdict

from tests.architecture.source import PACKAGE, modules, public_classes

COMMAND = "a command of `cli` is called like what it runs"
VENDOR = "vendors are folders that look alike"
BACKEND = "backends of the store are folders that look alike"
READ_AND_WRITE = "a form of tracking plans is read by one file and written by another"
REUSED = {
    "resume": COMMAND,
    "runs": COMMAND,
    "schema": COMMAND,
    "send": COMMAND,
    "encode": VENDOR,
    "queue": VENDOR,
    "settings": VENDOR,
    "sink": VENDOR,
    "connection": BACKEND,
    "dialect": BACKEND,
    "open": BACKEND,
    "amplitude": READ_AND_WRITE + "; the receiver takes what the sink of that name sends",
    "json_schema": READ_AND_WRITE,
    "batch": "a batch run, and Amplitude's batch of events: the glossary has both",
    "catalogues": "what the language reads, the compiler makes tables of",
    "draws": "what the language reads, the engine draws",
    "imported": "events of others, in each kind of store",
    "layout": "where boxes of a diagram lie, and where tables and files of a store lie",
    "page": "each draws the one page of its package",
    "state_changes": "journeys change state, and a plan is told of it",
    "tables": "of a compiled model, and of a store",
}
"""File names that several folders have, and why."""
MOST_REUSED = 25
MOST_LINES = 400
STILL_LONG = {"reports/truth.py", "scenario/catalogues.py", "scenario/steps.py"}
"""Files that are to be split yet: none may come, and those that are split go."""


def test_no_two_public_classes_share_a_name():
    """Whoever searches for a class finds one."""
    places = defaultdict(list)
    for path, tree in modules().items():
        for name in public_classes(tree):
            places[name].append(str(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_file_names_are_reused_for_a_reason():
    """A file name that stands in several folders means the same there, and is listed above; no entry is stale."""
    places = defaultdict(set)
    for path in modules():
        if path.stem != "__init__":
            places[path.stem].add(str(path.parent))
    found = {name: sorted(folders) for name, folders in places.items() if len(folders) > 1}
    assert {name: folders for name, folders in found.items() if name not in REUSED} == {}
    assert REUSED.keys() - found.keys() == set()
    assert len(REUSED) <= MOST_REUSED


def test_files_are_short():
    """A file that needs more than 400 lines is several files."""
    lines = {str(path): len((PACKAGE / path).read_text().splitlines()) for path in modules()}
    assert {
        path: n for path, n in lines.items() if n > MOST_LINES and path not in STILL_LONG
    } == {}
