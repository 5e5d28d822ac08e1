"""docs/events.md says what is in a store: columns, promises, and queries with their results."""

import re

import pytest

from tests.docs.queries import PAGE, QUERY, rows, store, table

TEXT = PAGE.read_text()
TABLES = dict(re.findall(r"<!-- columns of (\w+) -->\n(.*?)<!-- end -->", TEXT, re.DOTALL))
UNITED = ("events", "changes", "arrivals", "users", "sessions", "stages", "cities")
ABOUT_RUNS = set(TABLES) - set(UNITED)
QUERIES = [(query, shown) for query, _, shown in QUERY.findall(TEXT)]
TYPES = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "HUGEINT": "big integer",
    "BOOLEAN": "boolean",
    "TIMESTAMP WITH TIME ZONE": "time",
    "DECIMAL": "money",
    "STRUCT": "struct",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with store(tmp_path_factory.mktemp("store")) as connection:
        yield connection


def columns(shop, name: str) -> list[tuple[str, str]]:
    _, found = rows(shop, f"SELECT column_name, column_type FROM (DESCRIBE {name})")
    return [
        (column, "list" if sql.endswith("[]") else TYPES[sql.partition("(")[0]])
        for column, sql in found
    ]


def documented(name: str) -> list[list[str]]:
    lines = TABLES[name].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def place(name: str) -> str:
    return f"ecommerce.{name}" if name in UNITED else f"main.{name}"


@pytest.mark.parametrize("name", TABLES)
def test_columns(shop, name):
    """The columns of a table, their order and their types are those on the page."""
    assert columns(shop, place(name)) == [(row[0], row[1]) for row in documented(name)]


@pytest.mark.parametrize("name", TABLES)
def test_never_null(shop, name):
    """A column that is said never to be null is not."""
    never = [row[0] for row in documented(name) if row[4] == "never"]
    counts = ", ".join(f'count(*) - count("{column}")' for column in never)
    _, [found] = rows(shop, f"SELECT {counts} FROM {place(name)}")
    assert dict(zip(never, found, strict=True)) == dict.fromkeys(never, 0)


def test_all_tables(shop):
    """There is no table or view that the page leaves out."""
    _, found = rows(shop, "SELECT table_schema, table_name FROM information_schema.tables")
    views = {prefix + name for prefix in ("", "all_") for name in UNITED}
    catalogues = ("category", "cities", "coupon", "product", "promotion", "search")
    views |= {f"{of}catalogue_{name}" for of in ("", "all_") for name in catalogues}
    rows_of_all_runs = {f"ecommerce_all_{name}" for name in ("events", "changes", "arrivals")}
    assert {name for schema, name in found if schema == "ecommerce"} == views
    assert {name for schema, name in found if schema == "main"} == (
        views | ABOUT_RUNS | rows_of_all_runs
    )


@pytest.mark.parametrize("name", UNITED)
def test_united(shop, name):
    """Of one scenario, the main schema has its columns with their types, and `scenario` first."""
    own = columns(shop, f"ecommerce.{name}")
    assert columns(shop, f"main.{name}") == [("scenario", "text"), *own]
    assert columns(shop, f"all_{name}") == columns(shop, f"main.{name}")


@pytest.mark.parametrize(
    ("query", "shown"), QUERIES, ids=[str(number) for number in range(len(QUERIES))]
)
def test_queries(shop, query, shown):
    """A query gives what the page shows below it."""
    assert table(shop, query) == shown


def test_queries_are_found():
    """All queries of the page are run."""
    assert len(QUERIES) == TEXT.count("```sql\n") == 10
