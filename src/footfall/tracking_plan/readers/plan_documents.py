"""Reader of plans in JSON and YAML: what their calls declare becomes events and properties of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from footfall.errors import UsageError, shown
from footfall.text import first_names
from footfall.tracking_plan.plan import Origin
from footfall.tracking_plan.readers.call_reader import CallReader
from footfall.tracking_plan.readers.documents.calls import Declared
from footfall.tracking_plan.readers.documents.members import map_at, text_at
from footfall.tracking_plan.readers.documents.plan_shapes import Shapes
from footfall.tracking_plan.readers.documents.references import References
from footfall.tracking_plan.readers.documents.rudderstack import DataCatalogue, is_catalogue
from footfall.tracking_plan.readers.documents.schema_bundles import Bundle
from footfall.tracking_plan.readers.documents.source_files import PlanFile, read_documents
from footfall.tracking_plan.readers.drafts import Draft
from footfall.tracking_plan.readers.json_schema import SchemaReader

ACCEPTED = (
    "JSON Schemas of events, a plan of Segment, RudderStack, Avo, Mixpanel or Snowplow, "
    "or events by name with their properties"
)
OF_A_LOG = "a log of events is read with --user COLUMN --time COLUMN --type COLUMN"
"""The way out of a file that was taken for a plan, and is none."""
MOST_NAMED = 5


def read_plan_documents(path: Path, draft: Draft) -> None:
    """Take what the JSON and YAML files of a path say.

    Raises:
        UsageError: A file cannot be read, or nothing in any of them can be an event.
    """
    documents = [_without_wrapping(document) for document in read_documents(path, draft)]
    plans = [document for document in documents if not is_scenario(document.root)]
    if documents and not plans:
        raise UsageError(
            f"{documents[0].file}: this is a scenario, not a plan\n"
            "  hint: a scenario is given by itself, in a file that ends in .yaml"
        )
    for document in documents:
        if document not in plans:
            draft.leave_out("a scenario", Origin(document.file))
    _Files(plans, draft).read()
    if not draft.events:
        raise _nothing(path, plans)


def is_scenario(root: Any) -> bool:
    """Return whether a document says that it is a scenario."""
    return isinstance(root, Mapping) and "footfall" in root


def _without_wrapping(document: PlanFile) -> PlanFile:
    """Return a file of Snowplow's tools as the schema that it holds."""
    root = document.root
    if text_at(root, "resourceType") != "data-structure" or not map_at(root, "data"):
        return document
    kind = text_at(map_at(root, "meta"), "schemaType")
    return replace(document, root=map_at(root, "data"), entity=kind == "entity")


def _nothing(path: Path, documents: Sequence[PlanFile]) -> UsageError:
    hint = "docs/taxonomy.md shows a plan of each kind"
    if documents and all(map(is_catalogue, documents)):
        hint = "a plan of RudderStack's refers to events and properties in other files: give their folder"
    return UsageError(
        f"{path.name}: nothing in it can be an event: it is {_described(documents)}\n"
        f"  accepted: {ACCEPTED}\n  hint: {hint}; {OF_A_LOG}"
    )


def _described(documents: Sequence[PlanFile]) -> str:
    """Return in words what files hold instead of a plan."""
    if len(documents) != 1:
        return (
            f"{len(documents)} files of JSON or YAML"
            if documents
            else "a folder without JSON or YAML"
        )
    root = documents[0].root
    if isinstance(root, Mapping):
        keys = first_names([shown(str(key)) for key in root], MOST_NAMED)
        return f"a map with {keys}" if keys else "a map without keys"
    return f"a list of {len(root)}" if isinstance(root, list) else "a single value"


class _Files:
    """Finds the calls of all files, and has them read."""

    def __init__(self, documents: Sequence[PlanFile], draft: Draft) -> None:
        self.documents, self.draft = documents, draft
        self.references = References(documents)
        self.schemas = SchemaReader(self.references, draft)

    def read(self) -> None:
        """Take the calls of all files."""
        for file, calls in self._calls():
            CallReader(file, calls, self.schemas, self.draft).read()

    def _calls(self) -> Iterator[tuple[str, list[Declared]]]:
        catalogue = [document for document in self.documents if is_catalogue(document)]
        if catalogue:
            plans = DataCatalogue(catalogue, self._leave_out_of)
            yield from plans.calls()
            self._titled(plans.titles)
        for document in self.documents:
            if document not in catalogue:
                yield document.file, self._calls_of(document)

    def _calls_of(self, document: PlanFile) -> list[Declared]:
        self.schemas.begin(document.file)
        if document.entity:
            name = text_at(map_at(document.root, "self"), "name") or document.stem
            self.draft.leave_out(f"entity {name}", Origin(document.file))
            return []
        shapes = Shapes(self.schemas.whole.of, self._leave_out_of(document.file))
        bundle = Bundle(document, self.schemas.whole.of, self.references.used)
        calls = shapes.calls(document.root) or bundle.calls()
        self._titled(shapes.titles or bundle.titles)
        if (
            not calls
            and len(self.documents) > 1
            and document.file not in self.references.used_files
        ):
            self.draft.leave_out(
                "a file in which nothing can be an event", Origin(document.file)
            )
        return calls

    def _titled(self, titles: Mapping[str, str]) -> None:
        self.draft.title = self.draft.title or titles.get("title", "")
        self.draft.about = self.draft.about or titles.get("about", "")

    def _leave_out_of(self, file: str) -> Callable[[str, str], None]:
        def leave_out(what: str, place: str) -> None:
            self.draft.leave_out(what, Origin(file, place=place))

        return leave_out
