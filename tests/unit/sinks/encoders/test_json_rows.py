"""JSON by columns says what Python's own encoder says by rows."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.sinks.conformance.row_comparison import from_json, plain
from footfall.sinks.encoders import json_rows

TEXT = pa.dictionary(pa.int32(), pa.string())
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    ['"', "\\", "\x00", "\x1f\x7f", "\u2028", "é🙂", "</script>", "\r\n", ""]
)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001 - made aware below
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)
CENTS = st.decimals(Decimal("-99999999999999.99"), Decimal("99999999999999.99"), places=2)
SCALARS = {
    pa.string(): TEXTS,
    TEXT: TEXTS,
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.bool_(): st.booleans(),
    pa.decimal128(18, 2): CENTS,
    pa.decimal64(18, 2): CENTS,
    pa.decimal128(18, 0): st.integers(-(10**17), 10**17).map(Decimal),
    pa.timestamp("ms", tz="UTC"): MOMENTS,
}


def columns(kind, values):
    """Return arrays that hold the same values: as they are, and cut out of a longer one."""
    array = (
        pa.array(values, pa.string()).dictionary_encode()
        if kind == TEXT
        else pa.array(values, kind)
    )
    if kind == TEXT:
        array = array.cast(TEXT)
    return [array, pa.concat_arrays([array, array]).slice(len(array))]


def encoded(table):
    return [
        from_json(text) for texts in json_rows.json_rows(table) for text in texts.to_pylist()
    ]


@pytest.mark.parametrize("kind", SCALARS, ids=str)
def test_scalars(kind):
    """Every value of every type, null and sparse columns included."""

    @settings(deadline=None)
    @given(st.lists(st.none() | SCALARS[kind], min_size=1, max_size=30))
    def check(values):
        for array in columns(kind, values):
            table = pa.table({"a b": array, 'c"': array})
            assert encoded(table) == [plain({"a b": v, 'c"': v}) for v in values]

    check()


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "tags": st.none() | st.lists(st.none() | TEXTS, max_size=3),
                "lines": st.none()
                | st.lists(
                    st.fixed_dictionaries({"a": st.none() | TEXTS, "n": CENTS}), max_size=3
                ),
                "sparse": st.none() | st.integers(0, 5),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_nested(rows):
    """Lists keep their nulls, records leave them out, an empty record is `{}`."""
    kind = pa.struct(
        {
            "tags": pa.list_(pa.string()),
            "lines": pa.list_(pa.struct({"a": pa.string(), "n": pa.decimal128(18, 2)})),
            "sparse": pa.int64(),
        }
    )
    array = pa.array(rows, kind)
    found = encoded(pa.table({"s": array}))
    wanted = [
        {name: plain(value) for name, value in row.items() if value is not None} for row in rows
    ]
    assert [row["s"] for row in found] == wanted


def test_what_is_not_finite_is_left_out():
    """JSON has no infinity."""
    table = pa.table({"a": [1.5, float("inf"), float("-inf"), float("nan")], "b": [1, 2, 3, 4]})
    assert [json.loads(t) for a in json_rows.json_rows(table) for t in a.to_pylist()] == [
        {"a": 1.5, "b": 1},
        {"b": 2},
        {"b": 3},
        {"b": 4},
    ]


def test_the_text_itself():
    """Order of columns, no space, UTF-8 as it is, times in milliseconds, money with its zeros, the end asked for."""
    table = pa.table(
        {
            "name": pa.array(["é\n"], TEXT),
            "time": pa.array([1_767_225_605_120], pa.timestamp("ms", tz="UTC")),
            "price": pa.array([Decimal("-0.50")], pa.decimal64(18, 2)),
            "none": pa.array([None], pa.int64()),
            "props": pa.array([{"a": None}], pa.struct({"a": pa.int64()})),
        }
    )
    (texts,) = json_rows.json_rows(table, end="\n")
    assert texts.to_pylist() == [
        '{"name":"é\\n","time":"2026-01-01T00:00:05.120Z","price":-0.50,"props":{}}\n',
    ]


def test_slices_meet(monkeypatch):
    """Long tables are encoded in slices, of which nothing is to be seen."""
    table = pa.table(
        {
            "a": pa.array(range(1000)),
            "b": pa.array([str(i % 7) for i in range(1000)]).dictionary_encode(),
        }
    )
    whole = encoded(table)
    monkeypatch.setattr(json_rows, "SLICE_ROWS", 64)
    assert encoded(table) == whole
    assert len(whole) == 1000


def test_no_rows_and_no_columns():
    """Nothing to say is said right."""
    assert encoded(pa.table({"a": pa.array([], pa.int64())})) == []
    assert json_rows.json_texts(pa.array([{}, None], pa.struct([]))).to_pylist() == ["{}", None]
