"""Waiting for a turn to migrate.

yoyo's lock is a committed row in the table yoyo_lock, which a killed ``yoyo apply`` leaves for
good. agentstore's migrators insert the same row in a transaction that stays open as long as
they work: ``yoyo apply`` and other migrators wait for it at the table's primary key, and the
database itself takes it back when its connection ends, however it ends. So a row that can be
read is ``yoyo apply``'s, alive or dead, and which of the two nobody else can tell for sure;
one that has stood unchanged for `ABANDONED_AFTER` seconds is taken for dead and removed.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from agentstore.errors import UnavailableError

ABANDONED_AFTER = 60.0
"""Seconds after which ``yoyo apply``'s lock is taken for that of a dead process."""

_POLL_INTERVAL = 0.1
_logger = logging.getLogger("agentstore.schema")


class LockWait:
    """How long a migrator has waited, and for whom.

    Args:
        timeout: seconds to wait for a migrator that is alive.
        abandoned_after: seconds to wait for one that may be dead.
    """

    def __init__(self, timeout: float, abandoned_after: float = ABANDONED_AFTER) -> None:
        self.timeout = timeout
        self._abandoned_after = abandoned_after
        self._holder: Any = None
        self._since = time.monotonic()

    def is_over(self, holder: Any) -> bool:
        """Whether a holder of yoyo's lock has had its time; else waits a moment.

        Args:
            holder: the row that is in yoyo's lock table, or None where none can be read
                because its transaction is open: then a migrator of ours is at work.

        Raises:
            UnavailableError: a migrator is at work for longer than the timeout.
        """
        if holder != self._holder:
            self._holder, self._since = holder, time.monotonic()
        waited = time.monotonic() - self._since
        if holder is None and waited > self.timeout:
            raise UnavailableError(
                f"another migrator has been at work on this database for {waited:.0f} seconds"
            )
        if holder is not None and waited >= self._abandoned_after:
            _logger.warning(
                "removing yoyo's lock: process %s has held it unchanged for %.1f seconds",
                holder[0],
                waited,
            )
            return True
        time.sleep(_POLL_INTERVAL)
        return False
