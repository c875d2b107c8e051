"""agentstore's own dialects pass the suite that it ships, on all five backends, unabridged."""

from __future__ import annotations

import pytest
from backends import (
    MariaDBBackend,
    MySQLBackend,
    PostgreSQLBackend,
    SQLiteFileBackend,
    SQLiteMemoryBackend,
)

from agentstore.testing import Backend
from agentstore.testing.suite import *  # noqa: F403 - as any third party says it


@pytest.mark.parametrize(
    "kind",
    [SQLiteMemoryBackend, SQLiteFileBackend, PostgreSQLBackend, MariaDBBackend, MySQLBackend],
)
def test_nothing_is_waived(kind: type[Backend]) -> None:
    assert not kind.waived
