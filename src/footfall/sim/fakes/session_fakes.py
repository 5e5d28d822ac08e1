"""Fakes of sessions: from which address they come, with which browser, and from which page to which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from footfall.model import builtins
from footfall.model.values import NULL_COMPOSED, Array
from footfall.sim.arrow_columns import hex_digits
from footfall.sim.evaluation_context import EvaluationContext
from footfall.sim.fakes.fake_draws import below, draw, frequent_first, joined, or_null

_NETWORKS = np.array([b"192.0.2.", b"198.51.100.", b"203.0.113."])
"""Reserved for documents by RFC 5737; beside them 2001:db8::/32, by RFC 3849."""
_PAGES = np.array([b"", b"", b"", b"", b"offers", b"new", b"blog", b"about", b"help"])
_ELSEWHERE = np.array([NULL_COMPOSED] * 5 + [b"search"] * 3 + [b"social", b"news"])
_NOWHERE = frozenset(("", "direct", "none", "unknown"))
_MOST_IN_LABEL = 63
"""Characters of a part of a host's name, as RFC 1035 has it."""


def ip_address(context: EvaluationContext, visits: Sequence[Array]) -> Array:
    """Return addresses of the networks for documents, IPv4 or IPv6: shape (n,), bytes.

    Args:
        visits: Of sessions their numbers: three in four come from home, the others from anywhere.
    """
    home = draw(context, "address")
    if not visits:
        return _address(home)
    away = draw(context, "address away", visits[0])
    return _address(np.where(np.less(below(away, 4), 3), home, away))


def _address(random: Array) -> Array:
    kind, rest = below(random, 100), random * np.uint64(0x9E3779B97F4A7C15)
    network = _NETWORKS.take(below(rest, 3))
    host = (1 + below(rest * np.uint64(3), 254)).astype(np.bytes_)
    return np.where(np.less(kind, 65), joined(network, host), _ipv6(rest))


def _ipv6(random: Array) -> Array:
    """Return addresses of eight groups; none begins with a zero, which would be left out."""
    more = random * np.uint64(0x94D049BB133111EB)
    # 16 digits each: groups 3 to 6, and the two last ones.
    digits = [
        hex_digits((word | np.uint64(0x1000100010001000)).view(np.int64), 8)
        for word in (random, more)
    ]
    groups = [
        np.ascontiguousarray(part[:, 4 * k : 4 * k + 4]).view("S4")[:, 0]
        for part in digits
        for k in range(4)
    ]
    colon = np.array(b":")
    whole = np.broadcast_to(np.array(b"2001:db8"), random.shape)
    for group in groups[:6]:
        whole = joined(whole, colon, group)
    return whole


def user_agent(context: EvaluationContext, devices: Sequence[Array]) -> Array:
    """Return browsers that fit the device; each device of a person keeps its own: shape (n,), bytes.

    Args:
        devices: Codes of operating systems and platforms.
    """
    systems, platforms = (np.broadcast_to(codes, context.rows.shape) for codes in devices)
    kinds = context.load(builtins.DEVICE_KIND).astype(np.int64)
    random = draw(context, "browser", kinds)
    pairs, places = np.unique(np.stack([systems, platforms]), axis=1, return_inverse=True)
    places = places.reshape(context.rows.shape)
    found = np.full(len(random), b"", "S160")
    for number, pair in enumerate(pairs.T.tolist()):
        mine = np.equal(places, number)
        agents = _agents(*(context.model.texts[code] if code >= 0 else "" for code in pair))
        found[mine] = agents.take(
            frequent_first(random[mine], np.full(int(np.count_nonzero(mine)), len(agents)))
        )
    return found


@cache
def _agents(system: str, platform: str) -> Array:
    """Return the browsers of a kind of device, frequent ones first."""
    name = system.lower().replace(" ", "").replace("_", "")
    is_mobile = platform.lower() in ("phone", "mobile", "smartphone", "tablet", "app")
    known = next(
        (key for key in _SYSTEMS if name.startswith(key)), "android" if is_mobile else "windows"
    )
    return np.array([agent.encode() for agent in _SYSTEMS[known]])


def _chrome(where: str, mobile: str = "", tail: str = "") -> list[str]:
    head = f"Mozilla/5.0 ({where}) AppleWebKit/537.36 (KHTML, like Gecko)"
    return [
        f"{head} Chrome/{v}.0.0.0{mobile} Safari/537.36{tail.format(v=v)}"
        for v in (126, 125, 124, 123, 122, 120)
    ]


def _firefox(where: str) -> list[str]:
    return [
        f"Mozilla/5.0 ({where}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in (127, 126, 115)
    ]


def _safari(where: str, mobile: str = "") -> list[str]:
    versions = ("17.5", "17.4", "17.3", "16.6", "16.1")
    return [
        f"Mozilla/5.0 ({where.format(v=v.replace('.', '_'))}) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{v}{mobile} Safari/{'604.1' if mobile else '605.1.15'}"
        for v in versions
    ]


_WINDOWS, _LINUX = "Windows NT 10.0; Win64; x64", "X11; Linux x86_64"
_MAC = "Macintosh; Intel Mac OS X 10_15_7"
_SYSTEMS: dict[str, list[str]] = {
    "android": _chrome("Linux; Android 10; K", " Mobile"),
    "ipados": _safari("iPad; CPU OS {v} like Mac OS X", " Mobile/15E148"),
    "ios": _safari("iPhone; CPU iPhone OS {v} like Mac OS X", " Mobile/15E148"),
    "iphone": _safari("iPhone; CPU iPhone OS {v} like Mac OS X", " Mobile/15E148"),
    "windows": [
        *_chrome(_WINDOWS),
        *_chrome(_WINDOWS, tail=" Edg/{v}.0.0.0")[:3],
        *_firefox(_WINDOWS),
    ],
    "mac": [*_safari(_MAC), *_chrome(_MAC)],
    "osx": [*_safari(_MAC), *_chrome(_MAC)],
    "linux": [*_chrome(_LINUX)[:3], *_firefox(_LINUX)],
    "chromeos": _chrome("X11; CrOS x86_64 14541.0.0"),
}
"""Beginning of a system's name → its browsers, frequent ones first."""


def landing_page(context: EvaluationContext, visits: Sequence[Array]) -> Array:
    """Return the page on which a session begins, of a host that is called as the scenario: shape (n,), bytes."""
    host = f"https://www.{_label(context.model.stream.schema.scenario)}.example/".encode()
    pages = _PAGES.take(below(draw(context, "landing page", visits[0]), len(_PAGES)))
    return joined(np.array(host), pages)


def referrer(context: EvaluationContext, given: Sequence[Array]) -> Array:
    """Return the page before a session; null where there was none: shape (n,), bytes.

    Args:
        given: Numbers of the sessions, and codes of their sources if the scenario has such.
    """
    if len(given) > 1:
        hosts = _hosts(context, np.broadcast_to(given[1], context.rows.shape))
    else:
        hosts = _ELSEWHERE.take(below(draw(context, "referrer", given[0]), len(_ELSEWHERE)))
    page = joined(np.array(b"https://www."), hosts, np.array(b".example/"))
    return or_null(page, np.not_equal(hosts, NULL_COMPOSED))


def _hosts(context: EvaluationContext, codes: Array) -> Array:
    known, places = np.unique(codes, return_inverse=True)
    texts = [context.model.texts[code] if code >= 0 else "" for code in known.tolist()]
    labels = [
        NULL_COMPOSED if text.lower() in _NOWHERE else _label(text).encode() for text in texts
    ]
    return np.array(labels).take(places.reshape(codes.shape))


def _label(text: str) -> str:
    """Return a text as part of a host's name."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return plain[:_MOST_IN_LABEL].strip("-") or "other"
