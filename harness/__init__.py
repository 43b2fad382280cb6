"""Scenarios, synthetic callers, the runner, and the judge."""
