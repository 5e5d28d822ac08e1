"""Addresses of PostgreSQL databases, with the password and, to be shown, without."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit

from footfall.errors import UsageError

SCHEMES = ("postgresql", "postgres")
FORM = "postgresql://USER@HOST:PORT/DATABASE"
MASK = "***"
# password, passfile, sslpassword: rather one parameter too many masked than one too few.
_SECRET = re.compile(r"pass", re.IGNORECASE)
_named: dict[str, str] = {}
"""Address as shown → as named in this process, with its password.

So the name of a sink, in which no password stands, opens its store."""


def is_address(text: str) -> bool:
    """Return whether a text names a PostgreSQL database."""
    return text.partition("://")[0] in SCHEMES and "://" in text


@dataclass(frozen=True, slots=True)
class Address:
    """A database, as libpq takes it.

    What the URL leaves out comes from the environment as with psql: PGHOST, PGPORT, PGUSER,
    PGDATABASE, PGPASSWORD, PGSSLMODE, a service or a password file.

    Args:
        url: With the password, if it was written there; never shown.
    """

    url: str = field(repr=False)

    def __post_init__(self) -> None:
        _, separator, rest = self.url.partition("://")
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        # A password with @ / ? or # in it tears the URL apart: what follows would be taken for
        # the host, and shown in messages as such.
        is_torn = authority.count("@") > 1 or "@" in rest[len(authority) :] or "#" in rest
        if not separator or is_torn or not _is_readable(self.url):
            raise UsageError(
                f"{FORM.partition(':')[0]}://… cannot be read as the URL of a database\n  accepted: {FORM}\n"
                "  hint: leave the password out and set PGPASSWORD, or write @ : / ? # % as %40 %3A %2F %3F %23 %25"
            )
        if self.shown != self.url:
            _named[self.shown] = self.url

    @classmethod
    def of(cls, text: str) -> Address:
        """Return an address as it is written or shown; of a shown one the password is known."""
        return cls(_named.get(text, text))

    @property
    def shown(self) -> str:
        """The URL without any secret; it can be used as it is, with PGPASSWORD set."""
        parts = urlsplit(self.url)
        user, at, host = parts.netloc.rpartition("@")
        kept = [
            (key, value) for key, value in parse_qsl(parts.query) if not _SECRET.search(key)
        ]
        place = f"{user.partition(':')[0]}{at}{host}{parts.path}"
        return f"postgresql://{place}{'?' if kept else ''}{urlencode(kept)}"

    @property
    def secrets(self) -> list[str]:
        """Every text that must never be shown, as written and as meant, the longest first."""
        # `+` in a query is a space to some and itself to others, so that a driver's message may
        # hold the secret in any of these forms.
        meant = [unquote(written) for written in self.written_secrets]
        spaced = [unquote_plus(written) for written in self.written_secrets]
        found = {
            *self.written_secrets,
            *meant,
            *spaced,
            *map(quote, spaced),
            os.environ.get("PGPASSWORD", ""),
        }
        return sorted(filter(None, found), key=len, reverse=True)

    @property
    def written_secrets(self) -> list[str]:
        """Secrets that stand in the URL, as they stand there."""
        parts = urlsplit(self.url)
        members = [member.partition("=") for member in parts.query.split("&")]
        secret = [value for key, _, value in members if _SECRET.search(unquote_plus(key))]
        return [
            text
            for text in (parts.netloc.rpartition("@")[0].partition(":")[2], *secret)
            if text
        ]

    def masked(self, text: str) -> str:
        """Return a text of others (a driver's message) in which no secret stands."""
        # The longest first (see `secrets`): a shorter one may be a part of it, and leave the
        # rest.
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text


def _is_readable(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:
        return "," in url  # several hosts, which libpq understands
    return port != 0
