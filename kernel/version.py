"""Which fastbusy this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """As installed, `0.1.0`; empty where it runs from a clone without being installed."""
    try:
        return metadata.version("fastbusy")
    except metadata.PackageNotFoundError:
        return ""
