"""JSON of any shape, with the words of plans in any place, gives a plan or a refusal that names the file."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.errors import UsageError
from footfall.tracking_plan.readers import read_plan
from footfall.tracking_plan.readers.documents.elements import ABOUT, NAMES
from footfall.tracking_plan.readers.documents.plain_properties import KEYWORDS

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
WORDS = """
    events rules entries results data identify group global user_properties jsonSchema schemaJson schema params traits
    context categories eventType kind spec version resourceType meta $ref $id $anchor $schema $defs definitions allOf
    anyOf oneOf const nullable additionalProperties exclusiveMinimum self x event:x event_property
"""
TEXTS = """
    track identify TRACK page object array string number x # #/x #/$defs/x #/properties/x plan.json rudder/v1 tp events
    #event:x data-structure a|b 1-5 {} {
"""
KEYS = st.sampled_from(sorted({*NAMES, *ABOUT, *KEYWORDS, *WORDS.split()}))
NUMBERS = st.integers(-5, 5) | st.floats() | st.integers(10**30, 10**31)
SCALARS = (
    st.none() | st.booleans() | NUMBERS | st.sampled_from(TEXTS.split()) | st.text(max_size=3)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@MANY
@given(document=DOCUMENTS)
@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_no_document_ends_in_a_traceback(ending, document, tmp_path):
    """Whatever stands where a name, a list or a schema is looked for."""
    path = tmp_path / f"plan{ending}"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        found = [event.name for event in read_plan(path).events]
    except UsageError as error:
        found = [str(error)]
    assert found
    assert all(found)
