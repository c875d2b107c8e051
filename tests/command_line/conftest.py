"""Every command here is told its database, and not by the environment of the tests."""

import pytest

from agentstore.testing import Backend

pytest.register_assert_rewrite("command_runs")


@pytest.fixture(autouse=True)
def _no_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def shared(backend: Backend) -> None:
    """A command and the test have to meet in one database."""
    if backend.private:
        pytest.skip("a memory store is seen by its own process only")
