"""JSON as it comes in and as it is stored: read and written as the standard library would."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.receiver import webhook
from footfall.receiver.intake import MalformedBody, dumped, parse_json

NUMBERS = (
    st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | NUMBERS
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text('ab\\"\n\u2028é😀', max_size=4), inner)
    ),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_values_stay_what_they_are(value, is_ascii):
    """Numbers of any size, texts with any signs: what is stored says what was sent, one line per object."""
    assert repr(parse_json(json.dumps(value, ensure_ascii=is_ascii).encode())) == repr(value)
    first, second = dumped([{"value": value}, {"a": [1, {}]}])
    assert repr(json.loads(first)) == repr({"value": value})
    assert "\n" not in first
    assert second == '{"a":[1,{}]}'


BAD = {
    "no JSON": [
        b"{",
        b"[1,]",
        b"[01]",
        b"[1.]",
        b"[NaN]",
        b"[-Infinity]",
        b'["\t"]',
        b"[1] 2",
        b"'a'",
        b"\xef\xbb\xbf[]",
    ],
    "no JSON: .*out of range": [b"[1e400]", b"[" + b"9" * 5000 + b"]"],
    "not UTF-8": [b'["\xff"]', b'["\xed\xa0\x80"]', b'{"\xc3":1}'],
    "no JSON|not UTF-8": [
        b'["\\ud800"]',
        b'["\\udc00"]',
        b'["\\ud800\\ud800"]',
        b'["\\ud800 and more"]',
        b'{"\\udfff":1}',
    ],
    "the character NUL": [b'["\\u0000"]', b'["a\\\\\\u0000"]', b'{"\\u0000":1}'],
    "nested too deeply": [b"[" * 100_000, b'{"a":' * 3000 + b"1" + b"}" * 3000],
}


@pytest.mark.parametrize(
    ("why", "body"), [(why, body) for why, bodies in BAD.items() for body in bodies]
)
def test_bad_bodies(why, body):
    """What is no JSON, or what no database can hold, is refused, and the sentence says why."""
    with pytest.raises(MalformedBody, match=why):
        parse_json(body)


@pytest.mark.parametrize(
    "body", [b'["\\\\u0000"]', b'["\\\\\\\\u0000"]', b'["\\ud83d\\ude00"]', b'["\\\\ud800"]']
)
def test_backslashes_are_no_escapes(body):
    """A text that only looks like an escape that is refused is taken."""
    assert parse_json(body) == json.loads(body)


def test_a_webhook_of_lines():
    """Each line of NDJSON is an event, or an envelope of some."""
    body = b'{"event_type": "x"}\n\n{"batch": [{"event_type": "y"}, {"event_type": "z"}]}\n'
    rows = webhook.take(body, None, 0, webhook.LINES).rows
    assert [row.event_type for row in rows] == ["x", "y", "z"]


@pytest.mark.parametrize("name", ["event_type", "type", "event"])
@pytest.mark.parametrize("value", ["", "  ", None, 7])
def test_a_type_that_says_nothing_is_none(name, value):
    """An event without a type is refused, whatever stands in its place."""
    with pytest.raises(MalformedBody, match="event 0 is no event"):
        webhook.take(json.dumps({name: value, "user_id": "u"}).encode(), None, 0)
