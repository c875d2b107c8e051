"""A statement's header names the calls of the interface that run it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from role_databases import APPLICATION
from test_grants import test_the_whole_interface_works as walk

import agentstore
from agentstore import StatementEvent
from agentstore.dialects.registry import load_statements

IN_MANY_CALLS = ("connection/", "holds/", "transactions/")
"""What these are for is no call's alone."""


class Recorder:
    """A store; of each of its calls it keeps which statements it ran."""

    def __init__(self, url: str) -> None:
        self.ran: set[tuple[str, str]] = set()
        self._events: list[StatementEvent] = []
        self._store = agentstore.connect(url, observer=self._events.append)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._store, name)
        return self._recorded(name, attribute) if callable(attribute) else attribute

    def _recorded(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*arguments: Any, **keywords: Any) -> Any:
            self._events.clear()
            result = call(*arguments, **keywords)
            if name.startswith("iter_"):
                result = list(result)
            self.ran |= {(name, event.name) for event in self._events}
            return result

        return recorded


@pytest.mark.parametrize("backend", ["sqlite-file", "postgresql"], indirect=True)
def test_headers_name_the_calls_that_run_them(database_url: str) -> None:
    recorder = Recorder(database_url)
    store: Any = recorder
    walk(f"//{APPLICATION}_", store)
    for order_by in ("created_at", "last_message_at"):
        assert store.page_sessions(order_by=order_by).items == list(
            store.iter_sessions(order_by=order_by)
        )
    store.delete_sessions(
        inactive_only=False, updated_before=datetime(9999, 1, 1, tzinfo=timezone.utc)
    )
    statements = load_statements(store.dialect)
    store.close()
    assert len(recorder.ran) > 60
    for call, name in sorted(recorder.ran):
        if name.startswith(IN_MANY_CALLS):
            continue
        purpose = statements[name].purpose
        any_save = call.startswith("save_") and re.search(r"save_\.\.\._message|[Ss]aves ", purpose)
        assert any_save or re.search(rf"\b{call}\b", purpose), f"{name} runs in {call}: {purpose}"
