"""A transaction on PostgreSQL that could not be begun whole."""

from __future__ import annotations

from typing import Any

import pytest

from agentstore import UnavailableError
from agentstore.dialects.postgresql.connection import PostgreSQLConnection
from agentstore.dialects.postgresql.repository import PostgreSQLRepository
from agentstore.engine.faults import Fault, error_of


class _NoSchema(PostgreSQLConnection):
    """A connection behind a pooler, whose schema cannot be set."""

    def __init__(self) -> None:
        super().__init__(None, PostgreSQLRepository.statement_library())
        self.is_pooled = True
        self.search_path = "conversations"
        self.sent: list[str] = []

    def _count(self, text: str, parameters: Any) -> int:
        self.sent.append(text)
        return 0

    def _rows(self, text: str, parameters: Any) -> Any:
        raise error_of(Fault.TIMED_OUT)


def test_it_is_not_left_open() -> None:
    connection = _NoSchema()
    with pytest.raises(UnavailableError):
        connection.begin()
    begun, undone = connection.sent
    assert "transactions/begin" in begun
    assert "transactions/rollback" in undone
    assert not connection.is_broken
