"""Points in time as the forms write them: ISO 8601, or numbers of seconds and their fractions."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from agentstore.records import JSONValue

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d:?\d\d|UTC)?"
)
_DIGITS = re.compile(r"\d{9,19}(\.\d+)?")
_UNITS = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""What is above the first number counts so many parts of a second: no date is that far off."""


def read_moment(value: JSONValue) -> datetime | None:
    """A point in time; None where the value is none. Without a time zone it is UTC."""
    if isinstance(value, str):
        found = _ISO.fullmatch(value.strip())
        if found is None:
            return _of_number(float(value)) if _DIGITS.fullmatch(value.strip()) else None
        date, clock, fraction, zone = found.groups()
        digits = f"{fraction or '':0<6}"[:6]
        if zone in {None, "Z", "z", "UTC"}:
            zone = "+00:00"
        zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
        seconds = clock if clock.count(":") == 2 else f"{clock}:00"
        try:
            return datetime.fromisoformat(f"{date}T{seconds}.{digits}{zone}").astimezone(
                timezone.utc
            )
        except (ValueError, OverflowError):
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_number(value)
    return None


def _of_number(number: float) -> datetime | None:
    divisor = next((unit for least, unit in _UNITS if number >= least), 1)
    try:
        return _EPOCH + timedelta(microseconds=round(number * 10**6 / divisor))
    except OverflowError:
        return None
