"""Mocked telephone networks."""
