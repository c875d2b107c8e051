"""A conversation into a store: as a session of its own, or behind what is there of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentstore.errors import InvalidInputError, SessionExistsError
from agentstore.records import JSONValue, Message, NewMessage, ToolCall
from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.identities import message_id
from agentstore.transfer.json_text import same


@dataclass(frozen=True)
class Stored:
    """What became of a conversation: how many messages and calls it brought.

    Attributes:
        is_new: whether it became a session.
        messages, tool_calls: how many were stored.
        results: how many calls that were there got their results.
    """

    is_new: bool = False
    messages: int = 0
    tool_calls: int = 0
    results: int = 0


def store_new(store: Storage, session_id: str, conversation: Conversation) -> Stored:
    """Store a conversation, unless its session is there."""
    try:
        _create(store, session_id, conversation)
    except SessionExistsError:
        return Stored()
    return _save(store, session_id, conversation, conversation.messages, is_new=True)


def store_or_continue(store: Storage, session_id: str, conversation: Conversation) -> Stored:
    """Store a conversation, or what of it is not there yet.

    Raises:
        InvalidInputError: what is there is not its beginning, or cannot go on: it is in the trash,
            or out of the store's scope.
    """
    messages = [
        message if message.id is not None else replace(message, id=message_id(session_id, number))
        for number, message in enumerate(conversation.messages)
    ]
    try:
        _create(store, session_id, conversation)
    except SessionExistsError:
        there = store.get_history(session_id, trashed=True)
        results = _compare(session_id, there, messages)
        if results or messages[len(there) :]:
            _check_goes_on(store, session_id)
        for call_id, result in results:
            store.save_tool_result(call_id, result)
        stored = _save(store, session_id, conversation, messages[len(there) :])
        if stored.messages or results:
            _update_metadata(store, session_id, conversation.metadata)
        return replace(stored, results=len(results))
    return _save(store, session_id, conversation, messages, is_new=True)


def _create(store: Storage, session_id: str, conversation: Conversation) -> None:
    store.create_session(
        id=session_id,
        metadata=conversation.metadata,
        created_at=conversation.created_at,
        title=conversation.title,
    )


def _save(
    store: Storage,
    session_id: str,
    conversation: Conversation,
    messages: Sequence[NewMessage],
    *,
    is_new: bool = False,
) -> Stored:
    store.save_messages(session_id, messages)
    if is_new and conversation.state == "closed":
        store.close_session(session_id)
    if is_new and conversation.state == "archived":
        store.update_session(session_id, archived=True)
    calls = sum(len(message.tool_calls) for message in messages)
    return Stored(is_new, len(messages), calls)


def _check_goes_on(store: Storage, session_id: str) -> None:
    session = store.get_session(session_id, trashed=True)
    if session is None:
        raise InvalidInputError("the store has another session of this id")
    if session.trashed_at is not None:
        raise InvalidInputError(
            f"the session {session_id!r} is in the trash, and its conversation has gone on"
        )


def _compare(
    session_id: str, there: Sequence[Message], given: Sequence[NewMessage]
) -> list[tuple[str, JSONValue]]:
    """The results that calls in the store lack; what is there and what is given begin alike."""
    results: list[tuple[str, JSONValue]] = []
    for number, (message, new) in enumerate(zip(there, given, strict=False), 1):
        if not _is_same(message, new):
            raise InvalidInputError(
                f"the session {session_id!r} goes on in another way from message {number} on"
            )
        results += [
            (call.id, _fields(new_call)["result"])
            for call, new_call in zip(message.tool_calls, new.tool_calls, strict=True)
            if call.completed_at is None and "result" in _fields(new_call)
        ]
    return results


def _is_same(message: Message, new: NewMessage) -> bool:
    content = message.content if message.parts is None else message.parts
    return (
        message.role == new.role
        and same(content, new.content)
        and len(message.tool_calls) == len(new.tool_calls)
        and all(
            _is_same_call(call, _fields(new_call))
            for call, new_call in zip(message.tool_calls, new.tool_calls, strict=True)
        )
    )


def _is_same_call(call: ToolCall, new: Mapping[str, Any]) -> bool:
    if call.tool_name != new["tool_name"] or call.call_id != new.get("call_id"):
        return False
    if not same(call.arguments, new["arguments"]):
        return False
    has_both = call.completed_at is not None and "result" in new
    return not has_both or same(call.result, new["result"])


def _fields(call: ToolCall | Mapping[str, JSONValue]) -> Mapping[str, Any]:
    """A call of a conversation that was read: always a mapping."""
    assert not isinstance(call, ToolCall)
    return call


def _update_metadata(store: Storage, session_id: str, metadata: Mapping[str, JSONValue]) -> None:
    """Give a session what its conversation has now; what else it was given here stays."""
    session = store.get_session(session_id)
    if session is None:
        return
    changed = {
        key: value
        for key, value in metadata.items()
        if key not in session.metadata or not same(session.metadata[key], value)
    }
    if changed:
        store.update_session_metadata(session_id, changed)
