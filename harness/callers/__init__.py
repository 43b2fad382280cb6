"""How callers behave, as actors: one behaviour, one file."""
