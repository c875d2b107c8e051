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

    def within(self, seconds: float) -> Deadline:
        """This deadline, or the one so many seconds from now where that is earlier."""
        at = time.monotonic() + seconds
        return self if self.at <= at else Deadline(at)

    @property
    def left(self) -> float:
        """Seconds until then; below 0 once it has passed."""
        return self.at - time.monotonic()

    @property
    def has_passed(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self.at


NEVER = Deadline(math.inf)
