"""Settings of a webhook, read from what a user writes."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.net.target import Options, Target

MOST_REQUESTS_PER_S = 100
"""To a host that is not this machine, unless another number is given: nobody is to be flooded by accident."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Settings of a webhook; every one is an option behind `#` in the URL.

    Args:
        batch: Events per request at most; 1 sends each by itself.
        batch_bytes: Bytes per request, about.
        concurrency: Requests at once.
        rate: Events per second; 0 is no limit.
        requests: Requests per second; 0 is no limit.
        timeout: Seconds that one request may take in all.
        patience: Seconds after which it is given up for now if nothing was accepted meanwhile; 0 never gives up.
        is_public_only: Refuse private addresses, also when the user has named them.
    """

    batch: int = 500
    batch_bytes: int = 500_000
    concurrency: int = 4
    rate: int = 0
    requests: int = 0
    timeout: int = 30
    patience: int = 900
    is_public_only: bool = False


def read_settings(given: dict[str, str], target: Target, name: str) -> WebhookSettings:
    """Return the settings of a URL's options.

    Raises:
        UsageError: There is no such option, or its value is not accepted.
    """
    options = Options(given, name)
    settings = WebhookSettings(
        batch=options.number("batch", 500, 1, 10_000),
        batch_bytes=options.number("batch-bytes", 500_000, 1, 5_000_000),
        concurrency=options.number("concurrency", 4, 1, 64),
        rate=options.number("rate", 0, 0, 10_000_000),
        requests=options.number(
            "requests", 0 if target.is_local else MOST_REQUESTS_PER_S, 0, 100_000
        ),
        timeout=options.number("timeout", 30, 1, 600),
        patience=options.number("patience", 900, 0, 10_000_000),
        is_public_only=options.flag("public-only"),
    )
    options.check()
    return settings
