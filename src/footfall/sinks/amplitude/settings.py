"""Settings of an upload to Amplitude, read from what a user writes."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.errors import UsageError, shown
from footfall.net.target import Options, Target, read_options, read_target
from footfall.sinks.amplitude.limits import BASES, ENDPOINTS, STARTER_EVENTS_PER_S


@dataclass(frozen=True, slots=True)
class AmplitudeSettings:
    """Settings of an upload; every one but the first two is an option behind `#`.

    Args:
        region: `us` or `eu`: where the project is.
        base: Instead of the region's: scheme, host and port.
        endpoint: `v2` keeps a person's order; `batch` takes more at once.
        rate: Events per second, all in all; the plan's. 0 is no limit.
        concurrency: Requests at once; one person's events are in one of them at most.
        timeout: Seconds that one request may take in all.
        patience: Seconds after which it is given up for now if nothing was accepted meanwhile; 0 never gives up.
        skips_properties: Leave user properties alone: for a backfill older than what Amplitude should keep.
        is_dry: Check everything and send nothing.
        is_forced: Send again also what Amplitude may have forgotten to have.
    """

    region: str = "us"
    base: Target | None = None
    endpoint: str = "v2"
    rate: int = STARTER_EVENTS_PER_S
    concurrency: int = 4
    timeout: int = 30
    patience: int = 900
    skips_properties: bool = False
    is_dry: bool = False
    is_forced: bool = False

    @property
    def target(self) -> Target:
        """The URL that requests go to. Source: http-v2, "Endpoints"."""
        base = self.base or read_target(BASES[self.region].removeprefix("https:"), "https")[0]
        return Target(
            base.scheme,
            base.host,
            base.port,
            base.path.rstrip("/") + ENDPOINTS[self.endpoint].path,
        )


def read_settings(text: str) -> AmplitudeSettings:
    """Return the settings that a user has written: `us` or `eu`, or nothing, and options behind `#`.

    Raises:
        UsageError: There is no such region or option.
    """
    region, _, fragment = text.partition("#")
    name = f"amplitude:{region}"
    if region not in ("", *BASES):
        raise UsageError(
            f"amplitude:{shown(region)}: there is no such region\n  accepted: amplitude:us, amplitude:eu"
        )
    options = Options(read_options(fragment), name)
    base = _base(options.text("url", "http://HOST:PORT or https://HOST"))
    is_local = base is not None and base.is_local
    settings = AmplitudeSettings(
        region=region or "us",
        base=base,
        endpoint=options.choice("endpoint", "v2", "batch"),
        rate=options.number("rate", 0 if is_local else STARTER_EVENTS_PER_S, 0, 1_000_000),
        concurrency=options.number("concurrency", 4, 1, 64),
        timeout=options.number("timeout", 30, 1, 600),
        patience=options.number("patience", 900, 0, 10_000_000),
        skips_properties=options.flag("skip-user-properties"),
        is_dry=options.flag("dry-run"),
        is_forced=options.flag("force"),
    )
    options.check()
    return settings


def _base(url: str) -> Target | None:
    if not url:
        return None
    scheme, _, rest = url.partition(":")
    if scheme not in ("http", "https"):
        raise UsageError(
            f"amplitude: option url is {shown(url)}\n  accepted: http://HOST:PORT or https://HOST"
        )
    return read_target(rest, scheme)[0]
