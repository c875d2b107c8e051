"""Times on a command line: a date, a date and time, or how long ago it was."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_age(text: str) -> datetime:
    """The moment that lies a time span such as 30d ago.

    Raises:
        click.BadParameter: it is no span, or a longer one than there are dates for.
    """
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a number and one of s, m, h, d, w, as in 30d")
    try:
        return datetime.now(timezone.utc) - timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise click.BadParameter(f"{text} is longer ago than there are dates for") from None


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in click's latest alone
    """``2026-01-31``, ``2026-01-31T12:00:00+01:00``, or ``30d`` for so long ago; UTC by default."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The moment, timezone-aware."""
        if isinstance(value, datetime):
            return value
        if re.fullmatch(r"[0-9]+[smhdw]", value):
            return read_age(value)
        try:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"{value!r} is no time: 2026-01-31, 2026-01-31T12:00, or 30d ago", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


MOMENT = Moment()
