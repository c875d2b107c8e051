"""Whether what somebody is in the middle of is still going on.

An exception that a signal's handler raises comes at any moment, also while an ``except`` or a
``finally`` cleans up. So nobody relies on having cleaned up: what a call takes is noted with the
frame that takes it, and is found again once that frame runs no more.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any


def is_executing(frame: FrameType) -> bool:
    """Whether a frame still runs, in any thread or greenlet; one that ended loses its locals."""
    try:
        frame.clear()
    except RuntimeError:
        return True
    return False


def current_task() -> Any:
    """The asyncio task that runs in this thread, or None."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def current_greenlet() -> Any:
    """The greenlet that runs, or None where nobody uses any."""
    greenlet = sys.modules.get("greenlet")
    return None if greenlet is None else greenlet.getcurrent()
