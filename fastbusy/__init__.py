"""The composition root, and the only package that imports both sides.

Command line, API, child processes, virtual time.
"""

from typing import Any

__all__ = ["Result", "run"]


def __getattr__(name: str) -> Any:
    # The mocks' image has no harness extra; `import fastbusy` must work there too.
    if name in __all__:
        from . import api

        return getattr(api, name)
    raise AttributeError(f"module 'fastbusy' has no attribute {name!r}")
