"""Lines of JSON as RFC 8259 has it: what Python and DuckDB would take besides is told."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def _refused(token: str) -> NoReturn:
    raise ValueError(f"{token} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refused)


class LineFault(ValueError):  # noqa: N818 - reads as what a line has
    """A fault of a line, in words that go on after its number."""


def read_object(text: str) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises:
        LineFault: It is no JSON, or no object.
    """
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise LineFault(
            f"no JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise LineFault(str(error) or "nested too deeply") from None
    if not isinstance(found, dict):
        raise LineFault("no JSON object")
    return found
