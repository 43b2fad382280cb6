"""Levers that apply and heal faults."""
