"""Expressions: from parsed nodes to typed operations on columns."""
