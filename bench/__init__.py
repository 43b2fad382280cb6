"""Measurements of the product, printed as tables. None of them is a test."""
