"""The compiled scenario: numbers and tables, ready to be run; no text of the scenario file is left in it."""
