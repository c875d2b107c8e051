"""The contract as a few dicts and lists: what the stateful test compares the store with.

Its methods are named as those of `Storage`, take the same arguments and raise the same errors.
What only the store can know (moments, generated ids) is None until `learn` is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agentstore import (
    InvalidInputError,
    Message,
    MessageExistsError,
    NewMessage,
    PendingConfirmation,
    Session,
    SessionExistsError,
    SessionNotFoundError,
    ToolCall,
    ToolResultExistsError,
)
from agentstore.testing.suite.samples import same_json

NO_RESULT = object()


@dataclass
class ModelCall:
    """A tool call."""

    id: str
    tool_name: str
    arguments: Any
    result: Any = NO_RESULT

    @property
    def pending(self) -> bool:
        return self.result is NO_RESULT

    @property
    def success(self) -> bool | None:
        success = self.result.get("success") if isinstance(self.result, dict) else None
        return success if isinstance(success, bool) else None

    def is_shown_as(self, found: ToolCall) -> bool:
        return (
            (found.id, found.tool_name) == (self.id, self.tool_name)
            and same_json(found.arguments, self.arguments)
            and same_json(found.result, None if self.pending else self.result)
            and (found.completed_at is None) is self.pending
            and found.success is self.success
        )


@dataclass
class ModelMessage:
    """A message; its id is None where the store made it and has not yet told."""

    id: str | None
    position: int
    role: str
    content: str
    metadata: dict[str, Any] = field(default_factory=dict)
    response_type: str | None = None
    calls: list[ModelCall] = field(default_factory=list)
    timestamp: datetime | None = None

    def is_shown_as(self, found: Message) -> bool:
        return (
            self.id in (None, found.id)
            and (found.position, found.role, found.content)
            == (self.position, self.role, self.content)
            and found.response_type == self.response_type
            and same_json(found.metadata, self.metadata)
            and self.timestamp in (None, found.timestamp)
            and len(found.tool_calls) == len(self.calls)
            and all(
                mine.is_shown_as(c) for mine, c in zip(self.calls, found.tool_calls, strict=True)
            )
            and [c.position for c in found.tool_calls] == list(range(len(self.calls)))
        )


@dataclass
class ModelSession:
    """A session and all that hangs on it."""

    metadata: dict[str, Any]
    active: bool = True
    next_position: int = 0
    messages: list[ModelMessage] = field(default_factory=list)
    confirmation: dict[str, Any] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def is_shown_as(self, found: Session) -> bool:
        return (
            found.active is self.active
            and same_json(found.metadata, self.metadata)
            and self.created_at in (None, found.created_at)
        )


class Model:
    """A store without a database, or one scope of it."""

    def __init__(self) -> None:
        self.sessions: dict[str, ModelSession] = {}
        self.touched: set[str] = set()
        self.others: list[Model] = []
        """The other scopes of the same store: nothing of them is there, but their ids are taken."""

    def message(self, message_id: str) -> tuple[str, ModelMessage] | None:
        """A message and its session's id."""
        for session_id, session in self.sessions.items():
            for message in session.messages:
                if message.id == message_id:
                    return session_id, message
        return None

    def calls(self) -> dict[str, tuple[str, ModelMessage, ModelCall]]:
        """Every call by its id, with its session's id and its message."""
        return {
            made.id: (session_id, message, made)
            for session_id, session in self.sessions.items()
            for message in session.messages
            for made in message.calls
        }

    def create_session(
        self, *, id: str, metadata: dict[str, Any], system_message: str | None = None
    ) -> str:
        if any(id in model.sessions for model in (self, *self.others)):
            raise SessionExistsError(id)
        session = self.sessions[id] = ModelSession(metadata=deepcopy(metadata))
        if system_message is not None:
            self._append(session, ModelMessage(None, 0, "system", system_message))
        self.touched.add(id)
        return id

    def get_or_create_session(self, session_id: str, *, metadata: dict[str, Any]) -> ModelSession:
        if session_id not in self.sessions:
            self.create_session(id=session_id, metadata=metadata)
        return self.sessions[session_id]

    def update_session_metadata(
        self, session_id: str, metadata: Mapping[str, Any], *, remove: Sequence[str]
    ) -> bool:
        if set(metadata) & set(remove):
            raise InvalidInputError("a key in both")
        session = self.sessions.get(session_id)
        if session is None:
            return False
        session.metadata.update(deepcopy(dict(metadata)))
        for key in remove:
            session.metadata.pop(key, None)
        self.touched.add(session_id)
        return True

    def close_session(self, session_id: str) -> bool:
        return self._set_active(session_id, False)

    def reopen_session(self, session_id: str) -> bool:
        return self._set_active(session_id, True)

    def _set_active(self, session_id: str, active: bool) -> bool:
        if session_id not in self.sessions:
            return False
        self.sessions[session_id].active = active
        self.touched.add(session_id)
        return True

    def delete_session(self, session_id: str) -> bool:
        return self.sessions.pop(session_id, None) is not None

    def delete_sessions(
        self, *, inactive_only: bool, updated_before: datetime, limit: int | None
    ) -> int:
        def age(session_id: str) -> datetime:
            moment = self.sessions[session_id].updated_at
            assert moment is not None
            return moment

        going = [
            session_id
            for session_id in sorted(self.sessions, key=age)
            if age(session_id) <= updated_before
            and not (inactive_only and self.sessions[session_id].active)
        ][:limit]
        for session_id in going:
            del self.sessions[session_id]
        return len(going)

    def save_messages(self, session_id: str, messages: Sequence[NewMessage]) -> list[str]:
        if not messages:
            return []
        if session_id not in self.sessions:
            raise SessionNotFoundError(session_id)
        before = deepcopy(self.sessions[session_id], {id(NO_RESULT): NO_RESULT})
        try:
            return [self._save(session_id, new) for new in messages]
        except MessageExistsError:
            self.sessions[session_id] = before
            self.touched.discard(session_id)
            raise

    def _save(self, session_id: str, new: NewMessage) -> str:
        assert new.id is not None
        assert isinstance(new.content, str)
        there = self.message(new.id)
        if any(model.message(new.id) for model in self.others):
            raise MessageExistsError(new.id)
        if there is not None:
            where, message = there
            if (where, message.role, message.content) != (session_id, new.role, new.content):
                raise MessageExistsError(new.id)
            return new.id
        calls: list[ModelCall] = []
        for given in new.tool_calls:
            assert isinstance(given, Mapping)
            if self._is_taken(given["id"]) or given["id"] in [made.id for made in calls]:
                raise MessageExistsError(given["id"])
            calls.append(
                ModelCall(
                    given["id"],
                    given["tool_name"],
                    given["arguments"],
                    given.get("result", NO_RESULT),
                )
            )
        made = ModelMessage(
            new.id,
            0,
            new.role,
            new.content,
            metadata=dict(new.metadata or {}),
            response_type=new.response_type,
            calls=calls,
            timestamp=new.timestamp,
        )
        self._append(self.sessions[session_id], made)
        self.touched.add(session_id)
        return new.id

    def _is_taken(self, call_id: str) -> bool:
        return any(call_id in model.calls() for model in (self, *self.others))

    def _append(self, session: ModelSession, message: ModelMessage) -> None:
        message.position = session.next_position
        session.next_position += 1
        session.messages.append(message)

    def delete_message(self, message_id: str) -> bool:
        there = self.message(message_id)
        if there is None:
            return False
        self.sessions[there[0]].messages.remove(there[1])
        return True

    def delete_session_messages(self, session_id: str) -> int:
        if session_id not in self.sessions:
            return 0
        gone = len(self.sessions[session_id].messages)
        self.sessions[session_id].messages.clear()
        return gone

    def save_tool_result(self, tool_call_id: str, result: Any) -> bool:
        there = self.calls().get(tool_call_id)
        if there is None:
            return False
        session_id, _, made = there
        if made.pending:
            made.result = result
            self.touched.add(session_id)
        elif not same_json(made.result, result):
            raise ToolResultExistsError(tool_call_id)
        return True

    def save_pending_confirmation(self, session_id: str, confirmation: dict[str, Any]) -> None:
        if session_id not in self.sessions:
            raise SessionNotFoundError(session_id)
        self.sessions[session_id].confirmation = confirmation

    def get_pending_confirmation(self, session_id: str) -> dict[str, Any] | None:
        session = self.sessions.get(session_id)
        return session.confirmation if session else None

    def take_pending_confirmation(self, session_id: str) -> dict[str, Any] | None:
        taken = self.get_pending_confirmation(session_id)
        if taken is not None:
            self.sessions[session_id].confirmation = None
        return taken

    def clear_pending_confirmation(self, session_id: str) -> bool:
        return self.take_pending_confirmation(session_id) is not None


def copied(models: list[Model]) -> list[Model]:
    """The scopes of a store as they are now, to come back to. (NO_RESULT stays itself.)"""
    return deepcopy(models, {id(NO_RESULT): NO_RESULT})


def shows_confirmation(found: PendingConfirmation | None, wanted: dict[str, Any] | None) -> bool:
    """Whether the store's confirmation is the model's."""
    if found is None or wanted is None:
        return found is None and wanted is None
    return found.tool_name == wanted["tool_name"] and same_json(
        found.arguments, wanted["arguments"]
    )
