"""All measurements that need only this clone: `python -m bench [NAME…]`. They take minutes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

MEASUREMENTS = (
    "judging", "virtual_time", "hearing", "mock_throughput", "callers", "callers_per_core",
    "turn_latency",
)  # fmt: skip


def main(names: Sequence[str]) -> int:
    """Each in a process of its own; the number of those that broke."""
    broken = 0
    for name in names:
        print(f"\n## {name}\n", flush=True)
        broken += (
            subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
        )
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or MEASUREMENTS))
