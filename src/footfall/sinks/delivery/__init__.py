"""What every sink over a network needs: time, batches, outcomes, retries, throttles, a ledger, dead letters."""
