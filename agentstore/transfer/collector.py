"""Python's collector, while conversations go by in great numbers."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLD = 100_000


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Have the collector look for cycles seldom, in a process that does nothing else.

    It looks whenever 700 objects more are there: for a fifth of the time that an import takes, as
    a conversation is thousands of them, and for nothing, as none of them is in a cycle.
    """
    before = gc.get_threshold()
    gc.set_threshold(_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
