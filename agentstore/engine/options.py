"""The options of a store: pool_size … retry_timeout, each checked.

All times are seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from agentstore.errors import ConfigurationError
from agentstore.model.refusals import shown

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})

_LONGEST_CANCEL = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ours, in the URL's query or as keywords of ``connect``.

    Attributes:
        pool_size: connections at most.
        pool_timeout: seconds to wait for a free connection.
        max_lifetime: seconds after which a connection is replaced.
        connect_timeout: seconds to wait for the server to accept a connection.
        statement_timeout: seconds that one statement may take.
        retry_timeout: seconds during which a failed call is tried again.
        prepared_statements: False where a pooler in front of the server refuses them.
        slow_statement: seconds from which a statement is logged as slow; None for never.
    """

    pool_size: int = 10
    pool_timeout: float = 10.0
    max_lifetime: float = 3600.0
    connect_timeout: float = 5.0
    statement_timeout: float = 30.0
    retry_timeout: float = 30.0
    prepared_statements: bool = True
    slow_statement: float | None = None

    @property
    def call_limit(self) -> float:
        """Seconds that no call of a store takes longer than."""
        return (
            self.pool_timeout + self.connect_timeout + self.statement_timeout + self.retry_timeout
        )

    @property
    def cancel_limit(self) -> float:
        """Seconds that it may take, of a call's, to cancel at the server what was given up on."""
        return min(self.connect_timeout, _LONGEST_CANCEL)

    @classmethod
    def names(cls) -> frozenset[str]:
        """The names of all options."""
        return frozenset(f.name for f in fields(cls))

    def changed(self, values: Mapping[str, Any]) -> Options:
        """These options with some others in their place, each checked.

        Args:
            values: name to value; text is converted, as it comes from a URL.

        Raises:
            ConfigurationError: a value that the option does not take.
        """
        return replace(self, **{name: _option(name, value) for name, value in values.items()})


def _option(name: str, value: Any) -> Any:
    if name == "slow_statement" and value is None:
        return None
    if name == "prepared_statements":
        return read_flag(name, value)
    if name == "pool_size":
        return _whole_number(name, value)
    return _seconds(name, value)


def read_flag(name: str, value: Any) -> bool:
    """True or False, also as the text of a URL: true, false, 1, 0, yes, no, on, off.

    Raises:
        ConfigurationError: it is none of these.
    """
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word not in _TRUE | _FALSE:
        raise ConfigurationError(f"{name} is true or false, not {shown(value)}")
    return word in _TRUE


def _whole_number(name: str, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name} is a whole number of at least 1, not {shown(value)}")
    return value


def _seconds(name: str, value: Any) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    least_is_zero = name in ("pool_timeout", "retry_timeout", "slow_statement")
    if not (seconds > 0 or (least_is_zero and seconds == 0)) or math.isinf(seconds):
        bound = "at least 0" if least_is_zero else "more than 0"
        raise ConfigurationError(f"{name} is a number of seconds, {bound}, not {shown(value)}")
    return seconds
