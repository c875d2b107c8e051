"""Waiting for a socket: select.poll where there is one, else select.select.

Windows has no poll, and eventlet takes it away.
"""

from __future__ import annotations

import select
from typing import Protocol

READABLE: int = getattr(select, "POLLIN", 0x001)
WRITABLE: int = getattr(select, "POLLOUT", 0x004)


class Poll(Protocol):
    """Waits for one socket, as an object of select.poll does."""

    def poll(self, milliseconds: float, /) -> list[tuple[int, int]]:
        """What the socket is ready for, as (socket, events); [] where the time was over."""


class _Select:
    """The same with select.select."""

    def __init__(self, fileno: int, events: int) -> None:
        self._fileno = fileno
        self._reading = [fileno] if events & READABLE else []
        self._writing = [fileno] if events & WRITABLE else []

    def poll(self, milliseconds: float, /) -> list[tuple[int, int]]:
        readable, writable, _ = select.select(self._reading, self._writing, [], milliseconds / 1000)
        events = (READABLE if readable else 0) | (WRITABLE if writable else 0)
        return [(self._fileno, events)] if events else []


def poll_of(fileno: int, events: int) -> Poll:
    """Make what waits for a socket.

    Args:
        fileno: the socket's number.
        events: READABLE, WRITABLE or both.
    """
    if not hasattr(select, "poll"):
        return _Select(fileno, events)
    poll = select.poll()
    poll.register(fileno, events)
    return poll
