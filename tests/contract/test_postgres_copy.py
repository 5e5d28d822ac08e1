"""What COPY puts into PostgreSQL is what Arrow held, whatever it was."""

import decimal
import json

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.sinks.postgresql.copy_rows import copy_rows
from tests.thoroughness import n_examples

COLUMNS = (
    "text text, named text, number int8, price numeric, rate numeric, wide numeric, "
    "at timestamptz, names text[], object jsonb, written jsonb"
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
INTEGERS = st.integers(-(2**63), 2**63 - 1)


def amounts(places, whole):
    """Return amounts with so many digits behind the point and before it."""
    return st.decimals(-(10**whole), 10**whole, places=places)


ROWS = st.tuples(
    *map(
        st.one_of,
        [st.none()] * 9,
        [
            TEXTS,
            TEXTS,
            INTEGERS,
            amounts(2, 15),
            amounts(4, 13),
            amounts(3, 20),
            st.integers(-(10**13), 10**13),
            st.lists(TEXTS, max_size=3),
            st.fixed_dictionaries({"x": TEXTS, "y": st.none() | INTEGERS}),
        ],
    )
)


def table_of(rows):
    texts, named, numbers, prices, rates, wide, times, names, objects = zip(*rows, strict=True)
    lists = pa.array(names, pa.list_(pa.string()))
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "named": pa.array(named, pa.string()).dictionary_encode(),
            "number": pa.array(numbers, pa.int64()),
            "price": pa.array(prices, pa.decimal64(18, 2)),
            "rate": pa.array(rates, pa.decimal64(18, 4)),
            "wide": pa.array(wide, pa.decimal128(38, 3)),
            "at": pa.array(times, pa.timestamp("ms", "UTC")),
            "names": pa.ListArray.from_arrays(
                lists.offsets, lists.values.dictionary_encode(), mask=lists.is_null()
            ),
            "object": pa.array(objects, pa.struct({"x": pa.string(), "y": pa.int64()})),
            "written": pa.array([o and json.dumps(o) for o in objects], pa.json_()),
        }
    )


def expected(table):
    """Return the rows of a table as the driver gives them; null members of objects are left out."""
    rows = table.to_pylist()
    for row in rows:
        row["object"] = row["object"] and {
            k: v for k, v in row["object"].items() if v is not None
        }
        row["written"] = row["written"] and json.loads(row["written"])
    return [tuple(row.values()) for row in rows]


@settings(max_examples=n_examples(75), deadline=None, suppress_health_check=[*HealthCheck])
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_copied_is_what_was_there(rows, postgres):
    """Texts of any alphabet, integers of 64 bits, amounts of either sign, times, lists, objects and nulls."""
    table = table_of(rows)
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET TimeZone = 'UTC'; CREATE TEMPORARY TABLE copied ({COLUMNS})")
        with cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
            for piece in copy_rows(table):
                copy.write(piece)
        assert cursor.execute("SELECT * FROM copied").fetchall() == expected(table)


def test_amounts_keep_their_digits(postgres):
    """12.50 is stored as 12.50 and not as 12.5, so that it is shown as it was."""
    table = pa.table({"price": pa.array([decimal.Decimal("12.50"), None], pa.decimal64(18, 2))})
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (price numeric)")
        with cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
            for piece in copy_rows(table):
                copy.write(piece)
        assert cursor.execute("SELECT price::text FROM copied").fetchall() == [
            ("12.50",),
            (None,),
        ]
