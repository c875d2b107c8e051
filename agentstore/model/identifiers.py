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
    first, random = milliseconds & 0xFFFFFFFFFFFF, os.urandom(8)
    variant = 0x80 | random[0] & 0x3F
    rest = random.hex()
    return (
        f"{first >> 16:08x}-{first & 0xFFFF:04x}-7{fraction:03x}"
        f"-{variant:02x}{rest[2:4]}-{rest[4:]}"
    )
