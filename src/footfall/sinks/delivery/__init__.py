"""The parts of every sink over a network: frames, HTTP sender, rows, outages, delivery log, dead letters."""
