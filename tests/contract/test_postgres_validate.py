"""Events in PostgreSQL are checked, and drawn beside a plan, as those in a file are."""

import footfall
from footfall.store import open_store
from footfall.validation import validate
from tests import commands
from tests.postgres import PASSWORD, server


def test_validate_and_diagram(tmp_path):
    """A run in PostgreSQL is clean; held against another scenario it has the findings that its file has."""
    file = tmp_path / "school.duckdb"
    with server() as running:
        url = running.create()
        footfall.run("ecommerce", people=150, days=10, to=url, workers=1)
        footfall.run(
            "online-school", people=150, days=10, to=[f"duckdb:{file}", url], workers=1
        )
        with open_store(url) as store:
            shop, school = (info.id for info in store.runs())
        assert (
            validate(url, "ecommerce").findings == ()
        )  # of two scenarios the one that is asked for is taken
        clean, other = validate(url, "online-school"), validate(url, "ecommerce", run=school)
        said = commands.footfall("validate", url, "--against", "online-school")
        drawn = commands.footfall(
            "diagram", "ecommerce", "--with", url, "--to", tmp_path / "all.html"
        )
        missing = commands.footfall("validate", f"{url}_no", "--against", "ecommerce")
    assert (clean.findings, clean.count) == ((), validate(file, "online-school").count)
    found = [(f.check, f.subject, f.count, f.detail) for f in other.findings]
    assert found == [
        (f.check, f.subject, f.count, f.detail) for f in validate(file, "ecommerce").findings
    ]
    assert (said.code, drawn.code, missing.code) == (0, 0, 1)
    assert f"beside run {shop}" in drawn.err
    assert "does not exist" in missing.err
    assert PASSWORD not in said.out + said.err + drawn.err + missing.err
