"""The files that people write, as frozen types: every mistake with its line and a remedy."""
