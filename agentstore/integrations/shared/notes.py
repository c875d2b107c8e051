"""What an adapter notes of a message beside it, and when the note counts.

A note, in the message's metadata, says how the framework's message differs from the plain one:
reasoning, names, what providers add. Metadata may come from anybody, a file that was imported
too. So a note counts only where the framework's message, put into the store again, would be the
very row: what people read of a conversation, and what its model gets, is then the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from agentstore.engine.interruption import let_through
from agentstore.integrations.shared.drafts import Draft, DraftCall, draft_of
from agentstore.model.values import same_json
from agentstore.records import JSONValue, Message

T = TypeVar("T")


def note_of(message: Message, key: str) -> dict[str, JSONValue] | None:
    """An adapter's note of a message; None where it has none, or what cannot be one."""
    note = message.metadata.get(key)
    return note if isinstance(note, dict) else None


def read_by_note(
    message: Message,
    key: str,
    read: Callable[[Message, Mapping[str, JSONValue]], T],
    draft: Callable[[T], Draft],
) -> T | None:
    """The framework's message that was saved as a message of the store.

    Args:
        message: the store's.
        key: the adapter's key of the metadata.
        read: the framework's message, from the store's and the note of it.
        draft: the draft that the framework's message would be saved as.

    Returns:
        None where there is no note, or one that does not count.
    """
    note = note_of(message, key)
    if note is None:
        return None
    handled = sys.exc_info()[1]
    try:
        value = read(message, note)
        return value if says_the_same(draft(value), message) else None
    except Exception as exc:
        let_through(exc, handled)
        return None  # whatever a made-up note makes the framework raise


def says_the_same(draft: Draft, message: Message) -> bool:
    """Whether saving a draft would make this message, by what its columns say."""
    stored = draft_of(message)
    return (
        draft.role == stored.role
        and draft.answers == stored.answers
        and draft.failed == stored.failed
        and draft.response_type == stored.response_type
        and len(draft.calls) == len(stored.calls)
        and same_json(
            [draft.content, *map(_said, draft.calls)], [stored.content, *map(_said, stored.calls)]
        )
        and all(
            same_json(call.result, kept.result)
            for call, kept in zip(draft.calls, stored.calls, strict=True)
            if call.answered
        )
    )


def _said(call: DraftCall) -> JSONValue:
    return [call.tool_name, call.arguments, call.call_id]
