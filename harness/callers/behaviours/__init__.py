"""What callers do beside saying their lines: one behaviour, one file, found by its name."""
