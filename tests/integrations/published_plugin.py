# ruff: noqa: PLC0415 - only the framework whose tests are run is imported
"""Puts our adapters in the place of the stores that the frameworks' own tests are written for.

A pytest plug-in for the runs that test_published.py starts inside a framework's source
distribution. It is told by the environment: AGENTSTORE_PUBLISHED_FRAMEWORK, and
AGENTSTORE_PUBLISHED_URLS for the databases, on each of which every test is run.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import types
from typing import Any

import pytest

import agentstore

stores = {
    url.partition(":")[0]: agentstore.connect(url)
    for url in os.environ["AGENTSTORE_PUBLISHED_URLS"].split()
}
current_store: agentstore.Storage
known_places: set[str] = set()


def store_at(place: str | None) -> agentstore.Storage:
    """The store, with nothing in it where this file or folder is new; None is always new."""
    if place is None or place not in known_places:
        for session in current_store.query_sessions():
            current_store.delete_session(session.id)
    if place is not None:
        known_places.add(place)
    return current_store


def stand_in_for_openai_agents() -> None:
    """SQLiteSession."""
    import agents
    from agents.testing import ScriptedModel  # noqa: F401 - loads all that imports the original

    from agentstore.integrations.openai_agents import AgentstoreSession

    class SQLiteSession(AgentstoreSession):
        def __init__(
            self, session_id: str, db_path: Any = ":memory:", *, session_settings: Any = None
        ) -> None:
            place = None if db_path == ":memory:" else str(db_path)
            super().__init__(session_id, store_at(place), session_settings=session_settings)

        def close(self) -> None:
            pass

    agents.SQLiteSession = SQLiteSession  # type: ignore[misc, assignment]


def stand_in_for_strands() -> None:
    """MockedSessionRepository, and the storage of FileSessionManager."""
    import strands.session.file_session_manager as original
    from strands.session.repository_session_manager import RepositorySessionManager

    from agentstore.integrations.strands import AgentstoreSessionRepository

    class MockedSessionRepository(AgentstoreSessionRepository):
        def __init__(self) -> None:
            super().__init__(store_at(None))

    class FileSessionManager(RepositorySessionManager, AgentstoreSessionRepository):
        def __init__(self, session_id: str, storage_dir: str | None = None) -> None:
            AgentstoreSessionRepository.__init__(self, store_at(storage_dir))
            RepositorySessionManager.__init__(self, session_id, session_repository=self)

    fixtures = types.ModuleType("tests.fixtures.mock_session_repository")
    fixtures.MockedSessionRepository = MockedSessionRepository  # type: ignore[attr-defined]
    sys.modules[fixtures.__name__] = fixtures
    original.FileSessionManager = FileSessionManager  # type: ignore[misc, assignment]


def stand_in_for_langchain() -> None:
    """InMemoryChatMessageHistory, which its tests compare and make with messages in it."""
    import langchain_core.chat_history as original

    from agentstore.integrations.langchain import AgentstoreChatMessageHistory

    class InMemoryChatMessageHistory(AgentstoreChatMessageHistory):
        __doc__ = original.InMemoryChatMessageHistory.__doc__

        def __init__(self, messages: Any = ()) -> None:
            super().__init__(current_store.create_session(), current_store)
            self.add_messages(messages)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, InMemoryChatMessageHistory) and self.messages == other.messages

        __hash__ = None  # type: ignore[assignment]

    original.InMemoryChatMessageHistory = InMemoryChatMessageHistory  # type: ignore[misc, assignment]


globals()[f"stand_in_for_{os.environ['AGENTSTORE_PUBLISHED_FRAMEWORK']}"]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "asyncio: run by the plug-in, as pytest-asyncio would")


@pytest.fixture(autouse=True, params=list(stores))
def _database(request: pytest.FixtureRequest) -> None:
    global current_store  # noqa: PLW0603 - the stand-ins are made by tests that know no fixture
    current_store = stores[request.param]
    known_places.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs the tests that are coroutines."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_unconfigure() -> None:
    for store in stores.values():
        store.close()
