"""What the command imports, seen in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.system.children import environment

pytestmark = pytest.mark.system


@pytest.mark.parametrize("name", ["mocks", "env", "doctor", "say"])
def test_the_mocks_side_needs_no_harness_extra(name: str) -> None:
    blocked = f"""
import sys
sys.modules["rich"] = sys.modules["plotly"] = None
from fastbusy.cli import main
sys.exit(main([{name!r}, "--help"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, check=False, env=environment()
    )
    assert done.returncode == 0, done.stderr.decode()
