"""The shop as version 0.1.0 shipped it: what is measured is the same work for years."""

from __future__ import annotations

from pathlib import Path

SHOP = Path(__file__).with_name("frozen") / "0.1.0" / "ecommerce.yaml"
