"""Ids made by the client: UUIDv7 (RFC 9562), so that a retried write can be recognised."""

from __future__ import annotations

import os
import time

_SUBMILLISECOND_STEPS = 4096
_NANOSECONDS_A_MILLISECOND = 1_000_000
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The variant's two bits, and two random ones of a digit."""


def new_id() -> str:
    """A new UUIDv7 in its 36-character text form.

    The 12 bits after the millisecond hold its fraction (RFC 9562, section 6.2, method 3), so
    that ids made one after the other by a process nearly always sort in that order.
    """
    nanoseconds = time.time_ns()
    milliseconds = nanoseconds // _NANOSECONDS_A_MILLISECOND
    fraction = nanoseconds % _NANOSECONDS_A_MILLISECOND
    fraction = fraction * _SUBMILLISECOND_STEPS // _NANOSECONDS_A_MILLISECOND
    # One text that is cut takes two thirds of the time of as many pieces formatted.
    digits = "%012x%03x%s" % (milliseconds, fraction, os.urandom(8).hex())  # noqa: UP031
    return (
        f"{digits[:8]}-{digits[8:12]}-7{digits[12:15]}"
        f"-{_VARIANT[digits[15]]}{digits[16:19]}-{digits[19:]}"
    )
