"""Elements that escape, and the shell with its policy."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from footfall.html import Markup, document, element, escape, join, security_policy, table

HOSTILE = "</style></title><script>alert(1)</script>\"'&"


def test_a_text_is_escaped_wherever_it_stands():
    """Content, attribute, header, cell, title: none of them can begin an element or end an attribute."""
    made = [
        element("p", HOSTILE, title=HOSTILE),
        table([HOSTILE], [[HOSTILE]], attributes=[{"data_find": HOSTILE}]),
        document(HOSTILE, HOSTILE, style="p{}"),
        join(HOSTILE, [HOSTILE, [HOSTILE]]),
    ]
    for text in made:
        assert "<script" not in text
        assert text.count("</style>") == ("<style>" in text)
        assert HOSTILE not in text


def test_markup_is_kept_and_what_is_made_of_it_is_text():
    """An element within an element stays one; formatting markup by hand makes a text of it."""
    bold = element("b", "x")
    assert element("p", bold) == "<p><b>x</b></p>"
    assert element("p", f"{bold}") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    assert isinstance(bold, Markup)


def test_names_cannot_turn_their_line_around():
    """Direction and control characters are replaced, in content and attributes; lines and tabs are layout."""
    assert escape("a\u202eb\x1bc\n\td") == "a\ufffdb\ufffdc\n\td"
    assert "\u202e" not in element("p", title="\u202e")


def test_attributes():
    """Python's words have an underscore at the end; false and an empty class are left out."""
    made = element(
        "input", class_="", data_find="a b", hidden=True, disabled=False, aria_label="x"
    )
    assert made == '<input data-find="a b" hidden aria-label="x">'
    assert element("br") == "<br>"


def test_a_table_heads_its_rows_and_columns():
    """The first cell of a row heads it; classes go down the columns."""
    made = table(
        ["City", "n"], [["Ulm", "7"]], classes=["", "n"], attributes=[{"class_": "goal"}]
    )
    assert made == (
        '<div class="table"><table><thead><tr><th scope="col">City</th>'
        '<th scope="col" class="n">n</th></tr></thead><tbody><tr class="goal">'
        '<th scope="row">Ulm</th><td class="n">7</td></tr></tbody></table></div>'
    )


def test_the_policy_knows_style_and_script_by_their_digests():
    """What the browser will hash is what was hashed: the exact text between the tags."""
    page = document("t", "x", style="p{}", script="f();", refresh_s=2)
    for name, source in (("style", "p{}"), ("script", "f();")):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{name}-src &#x27;sha256-{digest}&#x27;" in page
        assert f"<{name}>{source}</{name}>" in page
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert '<meta http-equiv="refresh" content="2">' in page


def test_no_script_no_source_of_scripts():
    """A page without a script allows none; a policy never allows a remote or an inline source."""
    assert "script-src" not in security_policy("p{}")
    assert not re.search(r"unsafe|https?:|\*", security_policy("p{}", "f()"))


@pytest.mark.parametrize("name", ["style", "script"])
def test_a_source_cannot_end_its_element(name):
    """A style or script that would end its element is a mistake of ours."""
    sources = {"style": "p{}", name: f"/* </{name.upper()}> */"}
    with pytest.raises(ValueError, match=f"the {name} of a page ends it"):
        document("t", "x", **sources)
