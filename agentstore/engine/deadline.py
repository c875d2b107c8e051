"""A moment on the monotonic clock at which something is given up."""

from __future__ import annotations

import math
import time


class Deadline:
    """A moment on the monotonic clock.

    Args:
        at: seconds, as ``time.monotonic`` counts them.
    """

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline so many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then; below 0 once it has passed."""
        return self.at - time.monotonic()

    @property
    def has_passed(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self.at


NEVER = Deadline(math.inf)
