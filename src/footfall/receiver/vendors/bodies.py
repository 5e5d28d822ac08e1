"""Bodies as SDKs send them: JSON, JSON per line, or a form around either, plain or in base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from footfall.receiver.intake import MalformedBody, parse_json
from footfall.receiver.vendors.vendor_protocol import Asked

MOST_FIELDS = 32
"""Fields of a form: a body of a megabyte could be a million empty ones."""
_JSON_STARTS = (b"{", b"[")


def form_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form, the first of each name; none where it is no form."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        return {}
    return dict(reversed(pairs))


def value_of(asked: Asked) -> tuple[Any, Mapping[str, str]]:
    """Return the JSON value of a request, and the fields that came beside it.

    Raises:
        MalformedBody: There is none, or it cannot be read.
    """
    body, fields = asked.body.strip(), dict(asked.query)
    # By what it is, not by its content type: SDKs send JSON as text/plain and as a form.
    if body and not body.startswith(_JSON_STARTS):
        fields |= form_of(body)
    if "data" in fields and not body.startswith(_JSON_STARTS):
        body = _decoded(fields.pop("data"))
    if not body:
        raise MalformedBody("the body is empty")
    if asked.kind == "application/x-ndjson" and b"\n" in body:
        return [parse_json(line) for line in body.splitlines() if line.strip()], fields
    return parse_json(body), fields


def _decoded(data: str) -> bytes:
    """Return the field `data`, which is JSON as it is, or in base64; forms make a space of its `+`."""
    text = data.strip()
    if text.startswith(("{", "[")):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text.replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedBody("the field data is neither JSON nor JSON in base64") from None
