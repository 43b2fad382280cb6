"""What the checks ask: fates, attempts, stretches of a run, percentiles, our own health."""
