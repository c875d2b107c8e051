"""What is said in LangGraph's threads, as conversations that everybody reads.

A thread's state holds its messages as they are now, and each checkpoint a list of them all. A
session holds each message once, in the order in which they came: one that was changed in the
state comes again, with what it says now, and one that was removed stays.
"""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agentstore.engine.mutex import holding, new_mutex
from agentstore.errors import InvalidInputError
from agentstore.integrations import langchain
from agentstore.integrations.langgraph.tables import CREATED_BY
from agentstore.integrations.shared.drafts import Draft, save_drafts
from agentstore.records import Role
from agentstore.storage import Storage

_THREADS_REMEMBERED = 1000
_NAMESPACE = uuid.UUID("a3d9c5f4-7c0b-5f5e-9d3c-57b0f3f0b6a1")
_ROLES: dict[str, Role] = {"human": "user", "system": "system", "tool": "tool"}


class ThreadConversations:
    """Saves the messages of threads to the sessions with their ids.

    A message's id in the store is made of its thread, its own id and what it says, so that
    saving it again changes nothing. Which ones are there is remembered, so as not to ask each
    time.
    """

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[datetime, frozenset[str]]] = OrderedDict()
        self._mutex = new_mutex()

    def save(self, thread_id: str, messages: Any, at: datetime | None = None) -> int:
        """Save the messages that the thread's session has not yet, all or none, in order.

        Args:
            thread_id: the thread.
            messages: the value of its channel; what is no LangChain message is passed over.
            at: when they were said; now where None.

        Returns:
            How many were saved.
        """
        if not isinstance(messages, Sequence):
            return 0
        said = {
            _id_of(thread_id, message, place): message
            for place, message in enumerate(messages)
            if isinstance(message, BaseMessage)
        }
        if not said:
            return 0
        session = self._store.get_or_create_session(thread_id, metadata=CREATED_BY)
        known = self._remembered(thread_id, session.created_at)
        if known is None:
            known = frozenset(message.id for message in self._store.get_history(thread_id))
        new = [_draft(message, id_, at) for id_, message in said.items() if id_ not in known]
        if new:
            save_drafts(self._store, thread_id, langchain.KEY, new)
        self._remember(thread_id, session.created_at, known.union(said))
        return len(new)

    def delete(self, thread_id: str) -> bool:
        """Delete the thread's session, where it was made for it, with all that hangs on it."""
        session = self._store.get_session(thread_id)
        is_the_threads = session is not None and session.metadata.items() >= CREATED_BY.items()
        return is_the_threads and self._store.delete_session(thread_id)

    def _remembered(self, thread_id: str, created_at: datetime) -> frozenset[str] | None:
        """The ids that are there; None where nothing is known of this very session."""
        known = self._known.get(thread_id)
        return known[1] if known is not None and known[0] == created_at else None

    def _remember(self, thread_id: str, created_at: datetime, ids: frozenset[str]) -> None:
        def remember() -> None:
            self._known[thread_id] = created_at, ids
            self._known.move_to_end(thread_id)
            while len(self._known) > _THREADS_REMEMBERED:
                self._known.popitem(last=False)

        holding(self._mutex, remember)


def _id_of(thread_id: str, message: BaseMessage, place: int) -> str:
    """The id in the store of a message of the state."""
    said: list[Any] = [thread_id, message.id or place, message.type, message.content]
    if isinstance(message, AIMessage):
        said.append([[call["name"], call["args"], call["id"]] for call in message.tool_calls])
    elif isinstance(message, ToolMessage):
        said.append(message.tool_call_id)
    return str(uuid.uuid5(_NAMESPACE, json.dumps(said, default=repr)))


def _draft(message: BaseMessage, id_: str, at: datetime | None) -> Draft:
    """A message of the state as one of the session."""
    try:
        draft = langchain.message_draft(message, "the message")
    except InvalidInputError:
        # An artifact that is no JSON, a class of the caller's: the checkpoint has it whole.
        draft = Draft(_ROLES.get(message.type, "assistant"), str(message.text))
    draft.id, draft.timestamp = id_, at
    return draft
