"""Ids made by the client: UUIDv7 (RFC 9562), so that a retried write can be recognised."""

from __future__ import annotations

import os
import time

_SUBMILLISECOND_STEPS = 4096
_NANOSECONDS_A_MILLISECOND = 1_000_000


def new_id() -> str:
    """A new UUIDv7 in its 36-character text form.

    The 12 bits after the millisecond hold its fraction (RFC 9562, section 6.2, method 3), so
    that ids made one after the other by a process nearly always sort in that order.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), _NANOSECONDS_A_MILLISECOND)
    fraction = nanoseconds * _SUBMILLISECOND_STEPS // _NANOSECONDS_A_MILLISECOND
    random = int.from_bytes(os.urandom(8), "big") >> 2
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
