"""Signatures of webhooks: Standard Webhooks, symmetric scheme `v1`.

Source: Standard Webhooks specification 1.0.0, "Symmetric Signatures": HMAC-SHA256 over `{id}.{timestamp}.{body}`,
base64, behind `v1,`; several signatures are separated by blanks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from footfall.errors import UsageError
from footfall.net.secrets import Secret

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SECRET_NAME = "FOOTFALL_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
PREFIX = "whsec_"
KEY_BYTES = (24, 64)
"""Fewest and most bytes of a key. Source: Standard Webhooks 1.0.0, "Webhook secrets"."""
TOLERANCE_S = 300
"""How far a timestamp may be off. Source: the specification leaves it open; its reference libraries take 5 minutes."""
MOST_SIGNATURES = 5
"""Compared of a header: each costs a comparison per key, and the other side chooses how many it writes."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{10}", re.ASCII)
Flaw = Literal["missing", "malformed", "too old or too new", "wrong"]


def keys_of(secret: Secret) -> list[bytes]:
    """Return the keys of a secret: one, or several separated by blanks while they are rotated.

    Raises:
        UsageError: One is not `whsec_` and base64 of 24 to 64 bytes.
    """
    keys = [_key(text) for text in secret.value.split()]
    if None in keys or not keys:
        raise UsageError(
            f"{secret.name} is no secret of a webhook\n"
            f"  accepted: {PREFIX} and base64 of {KEY_BYTES[0]} to {KEY_BYTES[1]} random bytes; "
            "two of them, separated by a blank, while you rotate\n"
            "  hint: python -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
        )
    return [key for key in keys if key is not None]


def _key(text: str) -> bytes | None:
    if not text.startswith(PREFIX):
        return None
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if KEY_BYTES[0] <= len(key) <= KEY_BYTES[1] else None


def sign(keys: Sequence[bytes], message: str, seconds: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one signature per key.

    Args:
        message: The header `webhook-id`, without a dot; the same for every attempt.
        seconds: The header `webhook-timestamp`: when this attempt is made, seconds since the epoch.
        body: The exact bytes that are sent.
    """
    return " ".join(
        "v1," + base64.b64encode(_mac(key, message, str(seconds), body)).decode()
        for key in keys
    )


def flaw_in(
    keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now_s: int
) -> Flaw | None:
    """Return the flaw of the signature of a message that came in, or None.

    Args:
        headers: With lower-case names.
        body: The exact bytes that came in.
        now_s: Time of day, seconds since the epoch.
    """
    given = [headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)]
    if not all(given):
        return "missing"
    message, seconds, signatures = given
    if not _ID.fullmatch(message) or not _SECONDS.fullmatch(seconds):
        return "malformed"
    # Signed too: whoever has recorded a message cannot send it again later (replay).
    if abs(now_s - int(seconds)) > TOLERANCE_S:
        return "too old or too new"
    offered = [_digest(text) for text in signatures.split()[:MOST_SIGNATURES]]
    wanted = [_mac(key, message, seconds, body) for key in keys]
    # All pairs are compared, each in constant time: neither which key fits nor how many first bytes are
    # right can be read off the time that it takes.
    is_right = False
    for one in offered:
        for other in wanted:
            is_right |= hmac.compare_digest(one, other)
    return None if is_right else "wrong"


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of a message."""
    return _ID.fullmatch(text) is not None


def _mac(key: bytes, message: str, seconds: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message}.{seconds}.".encode() + body, hashlib.sha256).digest()


def _digest(text: str) -> bytes:
    scheme, _, encoded = text.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if scheme == "v1" else b""
    except (binascii.Error, ValueError):
        return b""
