"""The compiler: a Scenario in, a Model out."""

from footfall.compiler.compile import compile_scenario

__all__ = ["compile_scenario"]
