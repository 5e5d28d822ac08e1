"""Pages: one document shell with one policy, and elements that escape what they hold.

    >>> from footfall.html import element
    >>> element("p", "5 < 6 ", element("b", "indeed"), class_="lead")
    '<p class="lead">5 &lt; 6 <b>indeed</b></p>'

A text is escaped unless it is `Markup`, which only the functions here make, and those who draw pictures.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence

from footfall.text import clean

SCROLL_STYLE = """
.table {
  --shadow: color-mix(in srgb, var(--muted) 60%, transparent); overflow-x: auto; isolation: isolate; background:
  linear-gradient(to right, var(--card) 40%, transparent) left / 48px 100% no-repeat local,
  linear-gradient(to left, var(--card) 40%, transparent) right / 48px 100% no-repeat local,
  linear-gradient(to right, var(--shadow), transparent) left / 14px 100% no-repeat,
  linear-gradient(to left, var(--shadow), transparent) right / 14px 100% no-repeat;
}
"""
"""Boxes of tables that are wider than the page: they scroll, with a shadow at the side where more is hidden.

Of the four layers the first two move with the table and cover the shadows at its ends. A page has `--card`, the colour
of what tables stand on, and `--muted`.
"""
_VOID = ("br", "img", "input", "link", "meta")
_LINES = re.compile(r"([\n\t])")


class Markup(str):
    """HTML: it is put into a page as it is.

    What is joined or formatted from it by Python's own means is a plain text again, and escaped: forgetting to say that
    something is markup shows on the page, and is no hole.
    """

    __slots__ = ()


Content = str | Iterable["Content"]
"""Texts, markup, and any nesting of them."""


def escape(text: str) -> Markup:
    """Return a text as markup.

    Characters that would turn its line around are replaced (`footfall.text.clean`).
    """
    # Lines and tabs are hidden characters too, but layout in a page.
    kept = "".join(part if part in "\n\t" else clean(part) for part in _LINES.split(text))
    return Markup(html.escape(kept))


def join(*content: Content) -> Markup:
    """Return contents one after another."""
    return Markup("".join(map(_markup, content)))


def _markup(content: Content) -> str:
    if isinstance(content, Markup):
        return content
    return escape(content) if isinstance(content, str) else join(*content)


def element(name: str, /, *content: Content, **attributes: str | bool) -> Markup:
    """Return an element.

    Args:
        content: What stands in it.
        attributes: Name → value; `class_` is `class`, `aria_label` is `aria-label`. True stands for the name alone,
            False and an empty `class_` for no attribute.
    """
    opening = f"<{name}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    return Markup(opening if name in _VOID else f"{opening}{join(*content)}</{name}>")


def _attribute(name: str, value: str | bool) -> str:
    if value is False or (name == "class_" and not value):
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'


def table(
    headers: Sequence[Content],
    rows: Iterable[Sequence[Content]],
    *,
    classes: Sequence[str] = (),
    attributes: Sequence[Mapping[str, str]] = (),
    class_: str = "",
) -> Markup:
    """Return a table in a box that scrolls sideways; the first cell of each row heads it.

    Args:
        headers: One per column.
        rows: Cells, one per column.
        classes: Of the cells of each column, or none.
        attributes: Of each row, or none.
        class_: Of the box, besides `table`.
    """
    of_column = classes or [""] * len(headers)
    head = [
        element("th", header, scope="col", class_=name)
        for header, name in zip(headers, of_column, strict=True)
    ]
    body = [
        element("tr", _cells(cells, of_column), **(attributes[i] if attributes else {}))
        for i, cells in enumerate(rows)
    ]
    inner = element("table", element("thead", element("tr", head)), element("tbody", body))
    return element("div", inner, class_=f"table {class_}".strip())


def _cells(cells: Sequence[Content], classes: Sequence[str]) -> list[Markup]:
    first, *others = zip(cells, classes, strict=True)
    return [
        element("th", first[0], scope="row", class_=first[1]),
        *(element("td", content, class_=name) for content, name in others),
    ]


def document(
    title: str,
    *body: Content,
    style: str,
    script: str = "",
    language: str = "en",
    refresh_s: int | None = None,
) -> str:
    """Return a whole page that asks for nothing: its style and its script are in it.

    Args:
        title: Of the window.
        body: What stands on it.
        style: CSS.
        script: JavaScript, or none.
        language: Of the texts.
        refresh_s: After how many seconds the browser asks for the page again; None for never.
    """
    head = [
        element("meta", charset="utf-8"),
        element(
            "meta", http_equiv="Content-Security-Policy", content=security_policy(style, script)
        ),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="refresh", content=f"{refresh_s}") if refresh_s else "",
        # Without an icon of its own a page on a server makes browsers ask for /favicon.ico.
        element("link", rel="icon", href="data:,"),
        element("title", title),
        _raw("style", style),
    ]
    shown = element("body", *body, _raw("script", script) if script else "")
    page = element("html", element("head", head), "\n", shown, lang=language)
    return f"<!DOCTYPE html>\n{page}\n"


def security_policy(style: str, script: str = "") -> str:
    """Return the content security policy of a page: its style and its script, and nothing else.

    The two are known by their digests. Attributes such as `style` and `onclick` are refused as well, and so is what a
    name might smuggle in.

    Source:
        W3C, "Content Security Policy Level 3", source lists (hash-source).
    """
    sources = f"style-src {_digest(style)}" + (
        f"; script-src {_digest(script)}" if script else ""
    )
    # `default-src` does not cover the base address of links nor where a form is sent.
    return f"default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; {sources}"


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _raw(name: str, source: str) -> Markup:
    """Return an element whose content browsers do not parse, so escaping would change it.

    Raises:
        ValueError: The content ends the element.
    """
    if f"</{name}" in source.lower():
        raise ValueError(f"the {name} of a page ends it: </{name}")
    return Markup(f"<{name}>{source}</{name}>")
