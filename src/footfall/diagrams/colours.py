"""The colours of diagrams in light and dark, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme.

    Args:
        stages: (fill, stroke) by stage; more stages begin again.
    """

    paper: str
    ink: str
    muted: str
    line: str
    box: str
    state: str
    seen: str
    leave: str
    stages: tuple[tuple[str, str], ...]


LIGHT = Palette(
    paper="#ffffff",
    ink="#1d2330",
    muted="#5a6274",
    line="#6b7385",
    box="#f5f6f8",
    state="#8a4b08",
    seen="#0b6b50",
    leave="#b3261e",
    stages=(
        ("#e9edf4", "#71809b"),
        ("#dcebfb", "#3b7fc4"),
        ("#d8f1ee", "#1f8f83"),
        ("#e2f2d9", "#5a9a34"),
        ("#fdf0cc", "#b98a06"),
        ("#fde1cf", "#d0682a"),
        ("#f6dcec", "#b5498c"),
        ("#e6defa", "#7658c9"),
    ),
)
DARK = Palette(
    paper="#14171d",
    ink="#eceff4",
    muted="#a9b1c0",
    line="#8f98a9",
    box="#20252e",
    state="#f0b26b",
    seen="#5fd0ad",
    leave="#ff8a80",
    stages=(
        ("#2b313d", "#8595b3"),
        ("#1c344e", "#5ea3ea"),
        ("#143a37", "#3fbfb0"),
        ("#243b18", "#86c95c"),
        ("#40350f", "#dcb135"),
        ("#472713", "#ee8f54"),
        ("#421f36", "#de7bb9"),
        ("#2e2550", "#a48cf0"),
    ),
)
PALETTES: dict[Theme, Palette] = {"light": LIGHT, "dark": DARK}


def stage_class(stage: int) -> str:
    """Return the class of a stage's boxes."""
    return f"s{stage % len(LIGHT.stages)}"


def rules(palette: Palette) -> str:
    """Return a palette as CSS.

    They have no variables, which not every renderer of SVG knows.
    """
    lines = [
        f".ff-paper{{fill:{palette.paper}}}",
        f".ff-ink,.ff-title,.ff-head{{fill:{palette.ink}}}",
        f".ff-note,.ff-label,.ff-property,.ff-about{{fill:{palette.muted}}}",
        f".ff-state{{fill:{palette.state}}}",
        f".ff-seen{{fill:{palette.seen}}}",
        f".ff-edge{{stroke:{palette.line}}}.ff-tip{{fill:{palette.line}}}",
        f".ff-edge.drop{{stroke:{palette.leave}}}.ff-tip.drop,.ff-label.drop{{fill:{palette.leave}}}",
        f".ff-halo{{fill:{palette.paper}}}",
        f".ff-box{{fill:{palette.box};stroke:{palette.line}}}",
        f".ff-box.leave{{fill:{palette.paper};stroke:{palette.leave}}}.ff-leave{{fill:{palette.leave}}}",
        f".ff-box.link{{fill:{palette.ink};stroke:{palette.ink}}}.ff-title.link{{fill:{palette.paper}}}",
        f".ff-box.state,.ff-box.wait{{fill:{palette.paper}}}",
    ]
    for number, (fill, stroke) in enumerate(palette.stages):
        lines.append(
            f".ff-box.s{number}{{fill:{fill};stroke:{stroke}}}.ff-enters.s{number}{{fill:{stroke}}}"
        )
    return "".join(lines)
