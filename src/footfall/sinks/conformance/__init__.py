"""The contract of every sink, as tests to inherit, and the data they are run with."""
