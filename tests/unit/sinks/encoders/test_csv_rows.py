"""CSV that other readers read."""

import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.sinks.encoders.csv_rows import csv_header, csv_rows


def lines(table):
    return "".join(text for texts in csv_rows(table) for text in texts.to_pylist())


def test_the_text_itself():
    """Quotes only where they are needed; null is nothing, the empty text is two quotes; structs are JSON."""
    table = pa.table(
        {
            "a": pa.array(
                ["plain", "a,b", 'say "hi"', "two\nlines", "", None, " edge", "=1+1"]
            ).dictionary_encode(),
            "n": pa.array([Decimal("1.50")] * 8, pa.decimal64(18, 2)),
            "t": pa.array([0] * 8, pa.timestamp("ms", tz="UTC")),
            "s": pa.array([{"x": 'q"'}] * 8),
        }
    )
    rest = ',1.50,1970-01-01T00:00:00.000Z,"{""x"":""q\\""""}"\r\n'
    cells = ["plain", '"a,b"', '"say ""hi"""', '"two\nlines"', '""', "", '" edge"', "=1+1"]
    assert lines(table) == "".join(cell + rest for cell in cells)
    assert (
        csv_header(pa.schema([("a", pa.string()), ('b,"c"', pa.string())]))
        == b'a,"b,""c"""\r\n'
    )


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs",)), max_size=6), st.integers()
        ),
        min_size=1,
    )
)
def test_python_reads_what_was_written(rows):
    """Any text survives, line ends and quotes included."""
    rows = [(text, number % 2**62) for text, number in rows]
    table = pa.table(
        {"a": [t for t, _ in rows], "b": [n for _, n in rows], "c": [{"t": t} for t, _ in rows]}
    )
    read = list(csv.reader(io.StringIO(lines(table), newline="")))
    assert [(a, int(b), json.loads(c)) for a, b, c in read] == [
        (t, n, {"t": t}) for t, n in rows
    ]
