"""Draws a journey of the shop twice, by this package and by Graphviz itself, to look at both.

    python benchmarks/diagrams.py [--journey checkout] [--to FOLDER]

Prints, with this machine's fonts and with none, how large the pictures are, how large their smallest letters are on
A4, and digests, which tell whether the pictures depend on the fonts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pygraphviz

from footfall.diagrams.drawing import Drawing, draw
from footfall.diagrams.graph_builder import journey_graph
from footfall.diagrams.metrics import LABEL_PX
from footfall.diagrams.print_columns import PAGES_PT
from footfall.diagrams.text_formats import render_dot
from footfall.scenario.loading import load_shipped

NO_FONTS = (
    '<?xml version="1.0"?><fontconfig><dir>{0}</dir><cachedir>{0}</cachedir></fontconfig>'
)
DOT_LABEL = 9.0  # in the unit of Graphviz's pictures, the point; ours are in px


def main() -> None:
    """Print a line per picture, with fonts and without."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--journey", default="checkout")
    options.add_argument("--to", type=Path, help="folder for the pictures")
    options.add_argument("--again", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    show("no fonts" if given.again else "fonts", given.journey, given.to)
    if not given.again:
        with tempfile.TemporaryDirectory() as folder:
            fonts = Path(folder, "fonts.conf")
            fonts.write_text(NO_FONTS.format(folder))
            command = [sys.executable, __file__, "--again", "--journey", given.journey]
            subprocess.run(
                command, check=True, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
            )


def show(what: str, journey: str, folder: Path | None) -> None:
    """Draw a journey both ways, and print what came of it."""
    graph = journey_graph(load_shipped("ecommerce"), journey)
    ways: dict[str, tuple[Callable[[], bytes], float]] = {
        "footfall": (lambda: draw(Drawing([graph], journey), "svg"), LABEL_PX),
        "Graphviz": (lambda: by_graphviz(render_dot([graph])), DOT_LABEL),
    }
    for name, (way, label) in ways.items():
        begun = time.process_time()
        svg = way()
        took_ms = (time.process_time() - begun) * 1000
        width, height = size_of(svg)
        smallest = label * max(min(across / width, down / height) for across, down in PAGES_PT)
        digest = hashlib.sha256(svg).hexdigest()[:8]
        size = f"{width:6.0f} × {height:5.0f}, smallest letters {smallest:.1f} pt"
        print(f"{what:<8} {name:<8} {took_ms:5.0f} ms {len(svg):>7,} B {size}, {digest}")
        if folder:
            folder.mkdir(exist_ok=True)
            (folder / f"{journey}-{name.lower()}.svg").write_bytes(svg)


def by_graphviz(dot: str) -> bytes:
    """Return what Graphviz makes of the text that `footfall diagram --to FILE.dot` writes."""
    drawn: bytes = pygraphviz.AGraph(string=dot).draw(format="svg", prog="dot")
    return drawn


def size_of(svg: bytes) -> tuple[float, float]:
    """Return width and height of a picture."""
    found = re.search(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', svg)
    assert found, svg[:200]
    return float(found[1]), float(found[2])


if __name__ == "__main__":
    main()
