"""Changing the end of a session: a store's messages are added and deleted, never changed.

To change one, it and all behind it are deleted and saved again, in a transaction and under the
session's lock. They keep their ids, times and order; only their positions are new.
"""

from __future__ import annotations

from collections.abc import Sequence

from agentstore.records import JSONValue, Message, NewMessage, ToolCall
from agentstore.storage import Storage


def lock_session(store: Storage, session_id: str) -> bool:
    """Keep other writers out of a session until the transaction ends.

    Returns:
        False where there is no such session.
    """
    return store.update_session_metadata(session_id, {})


def replace_tail(
    store: Storage, session_id: str, tail: Sequence[Message], replacement: Sequence[NewMessage]
) -> None:
    """Put other messages in the place of a session's last ones.

    Args:
        store, session_id: the session, locked by this thread's transaction.
        tail: its last messages.
        replacement: what comes instead; `as_new` where a message stays.
    """
    for message in tail:
        store.delete_message(message.id)
    store.save_messages(session_id, replacement)


def as_new(message: Message, calls: Sequence[ToolCall] | None = None) -> NewMessage:
    """A stored message as one to save again, with other calls where they are given."""
    return NewMessage(
        message.role,
        message.content if message.parts is None else message.parts,
        id=message.id,
        metadata=message.metadata,
        response_type=message.response_type,
        response=message.response,
        tool_calls=message.tool_calls if calls is None else calls,
        timestamp=message.timestamp,
    )


def with_result(call: ToolCall, answered: bool, result: JSONValue = None) -> ToolCall:
    """A tool call with another result, or none."""
    return ToolCall(
        id=call.id,
        call_id=call.call_id,
        tool_name=call.tool_name,
        arguments=call.arguments,
        timestamp=call.timestamp,
        result=result if answered else None,
        completed_at=(call.completed_at or call.timestamp) if answered else None,
    )
