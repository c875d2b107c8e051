"""Waiting for what comes true by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 30.0  # seconds, before a test gives up; none of them measures a time


def until(condition: Callable[[], object]) -> None:
    """Waits until a condition holds; fails if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
