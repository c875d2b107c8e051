"""Conversations of a store in the OpenAI form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentstore.records import JSONValue, Session
from agentstore.storage import Storage
from agentstore.transfer.openai_form import write_conversation


def export_conversations(store: Storage, **filters: Any) -> Iterator[Mapping[str, JSONValue]]:
    """The conversations, one at a time, those created first coming first.

    Args:
        store: where from.
        filters: as for ``Storage.iter_sessions``.

    Raises:
        StorageError: as ``Storage.iter_sessions`` and ``Storage.get_history``.
    """
    return export_sessions(store, store.iter_sessions(order="asc", **filters))


def export_sessions(
    store: Storage, sessions: Iterable[Session]
) -> Iterator[Mapping[str, JSONValue]]:
    """The conversations of sessions, one at a time, in their order.

    Args:
        store: where from.
        sessions: which.

    Raises:
        StorageError: as ``Storage.get_history``.
    """
    for session in sessions:
        messages = store.get_history(session.id)
        # Without messages, it may have been deleted since the page was read.
        if messages or store.get_session(session.id) is not None:
            yield write_conversation(session.metadata, messages)
