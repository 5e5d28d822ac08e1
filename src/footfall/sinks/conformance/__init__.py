"""The contract every sink keeps, as tests that anybody's sink can inherit, and the data they are run with."""
