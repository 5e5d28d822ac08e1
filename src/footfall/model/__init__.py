"""The compiled scenario: numbers and tables, ready to run, without the scenario file's text."""
