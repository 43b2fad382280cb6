"""Which provider work belongs to which call, found after the run."""
