"""Start without pandas, which a process of footfall's own never needs."""

from __future__ import annotations

import sys


class _Missing:
    """Finds no pandas (a finder of `sys.meta_path`)."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:  # noqa: ARG004 - Python's protocol
        """Refuse pandas, and leave all else to the others."""
        if name == "pandas":
            raise ModuleNotFoundError("not looked for here", name=name)


def leave_pandas_out() -> None:
    """Keep pyarrow from importing pandas, which takes longer than a small run.

    At its first conversion pyarrow looks whether pandas is there, once; nothing in a process
    of ours hands it a DataFrame. Conversions to pandas still find it. To be called in
    processes of ours only, never in a user's program.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    sys.meta_path.insert(0, _Missing)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(_Missing)
