"""A framework's message on its way into a store: what it says, whom it answers.

Every adapter makes drafts; `save_drafts` stores them as one turn, with the results of the tool
calls that they answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agentstore.errors import SessionNotFoundError
from agentstore.model.arguments import exact
from agentstore.records import JSONValue, Message, NewMessage, Role, ToolCall
from agentstore.storage import Storage
from agentstore.transfer.answer_links import is_plain, short_id
from agentstore.transfer.json_text import compact, parse
from agentstore.transfer.plain_form import TOOL_CALL_ID

TOOL_STATUS = "tool_status"
"""Metadata key beside ``TOOL_CALL_ID``, ``"error"`` where the tool failed."""

_MAX_NAME = 191
_MAX_TYPE = 64


@dataclass
class DraftCall:
    """A tool call; ``id`` is the store's, empty before it is saved."""

    tool_name: str
    arguments: JSONValue
    call_id: str | None
    id: str = ""
    answered: bool = False
    result: JSONValue = None
    completed_at: datetime | None = None


@dataclass
class Draft:
    """A message in the store's terms.

    Attributes:
        role, content: as `NewMessage`.
        calls: the tool calls it makes.
        answers: the id of the call that it answers, for a message of role 'tool'.
        tool_name: the tool that answers, where it is known.
        failed: whether the tool failed.
        result: what the tool returned, for a message of role 'tool'.
        response_type: the framework's name for an item that is neither message nor call.
        response: as `NewMessage`.
        note: what the adapter keeps under its own key of the metadata.
        id, timestamp: as `NewMessage`.
    """

    role: Role
    content: str | list[dict[str, JSONValue]] = ""
    calls: list[DraftCall] = field(default_factory=list)
    answers: str | None = None
    tool_name: str | None = None
    failed: bool = False
    result: JSONValue = None
    response_type: str | None = None
    response: dict[str, JSONValue] | None = None
    note: dict[str, JSONValue] = field(default_factory=dict)
    id: str | None = None
    timestamp: datetime | None = None

    def new_message(self, key: str) -> NewMessage:
        """The message to save, with the note under the adapter's ``key``."""
        metadata: dict[str, JSONValue] = {key: self.note}
        if self.answers is not None:
            metadata[TOOL_CALL_ID] = self.answers
        if self.failed:
            metadata[TOOL_STATUS] = "error"
        return NewMessage(
            self.role,
            self.content,
            id=self.id,
            metadata=metadata,
            response_type=self.response_type,
            response=self.response,
            tool_calls=[_new_call(call) for call in self.calls],
            timestamp=self.timestamp,
        )


def draft_of(message: Message) -> Draft:
    """A stored message as a draft, without its note."""
    answers = message.metadata.get(TOOL_CALL_ID) if message.role == "tool" else None
    return Draft(
        message.role,
        message.content if message.parts is None else message.parts,
        calls=[_draft_call(call) for call in message.tool_calls],
        answers=answers if isinstance(answers, str) else None,
        failed=message.metadata.get(TOOL_STATUS) == "error",
        response_type=message.response_type,
        id=message.id,
    )


def save_drafts(store: Storage, session_id: str, key: str, drafts: Sequence[Draft]) -> list[str]:
    """Save messages at the end of a session, all or none, and the results that they bring.

    Args:
        store: where to.
        session_id: the session, created where there is none.
        key: the adapter's key of the metadata.
        drafts: the messages.

    Returns:
        The ids of the messages, in order.

    Raises:
        StorageError: as ``Storage.save_messages``.
    """
    late = attach_results(drafts)
    messages = [draft.new_message(key) for draft in drafts]
    if not late:
        return _save(store, session_id, messages)

    def save_with_results() -> list[str]:
        ids = _save(store, session_id, messages)
        save_results(store, session_id, late)
        return ids

    return store.run_in_transaction(save_with_results)


def save_results(store: Storage, session_id: str, answers: Sequence[Draft]) -> None:
    """Give the pending calls that some drafts answer their results.

    Of several calls with one id the latest is meant; where none is pending, nobody waits.

    Raises:
        StorageError: as ``Storage.save_tool_result``.
    """
    for call, draft in pending_calls(store, session_id, answers):
        store.save_tool_result(call.id, draft.result)


def pending_calls(
    store: Storage, session_id: str, answers: Sequence[Draft]
) -> list[tuple[ToolCall, Draft]]:
    """The pending calls of a session that some drafts answer, each with its answer."""
    if not answers:
        return []
    waiting: defaultdict[str | None, list[ToolCall]] = defaultdict(list)
    for call in store.query_tool_calls(session_id=session_id, pending=True, order="asc"):
        waiting[call.call_id].append(call)
    found = []
    for draft in answers:
        calls = waiting[short_id(draft.answers or "")]
        if calls:
            found.append((calls.pop(), draft))
    return found


def attach_results(drafts: Sequence[Draft]) -> list[Draft]:
    """Give the calls among some drafts the results that are among them too.

    Returns:
        The answers to calls that are not among them.
    """
    late = []
    waiting: defaultdict[str | None, list[DraftCall]] = defaultdict(list)
    for draft in drafts:
        if draft.answers is not None:
            calls = waiting[short_id(draft.answers)]
            if calls:
                call = calls.pop()
                call.answered, call.result = True, draft.result
                call.completed_at = draft.timestamp
            else:
                late.append(draft)
        # Of the latest message with such calls the first is meant.
        for call in reversed(draft.calls):
            if not call.answered:
                waiting[call.call_id].append(call)
    return late


def pair_answers(messages: Iterable[Message]) -> dict[str, ToolCall]:
    """Which tool messages answer which calls: the calls by the id of the message.

    Of several calls with one id the latest that nobody has answered yet is meant.
    """
    waiting: defaultdict[str | None, list[ToolCall]] = defaultdict(list)
    pairs: dict[str, ToolCall] = {}
    for message in messages:
        for call in message.tool_calls:
            waiting[call.call_id].append(call)
        answers = message.metadata.get(TOOL_CALL_ID) if message.role == "tool" else None
        if isinstance(answers, str) and waiting[short_id(answers)]:
            pairs[message.id] = waiting[short_id(answers)].pop()
    return pairs


def fitting_name(name: object, otherwise: str = "unknown") -> str:
    """A tool's name as the store takes it, whatever a model has made up."""
    if not isinstance(name, str) or not is_plain(name):
        return otherwise
    return name[:_MAX_NAME] or otherwise


def fitting_type(name: object) -> str | None:
    """A response_type as the store takes it."""
    return name if isinstance(name, str) and len(name) <= _MAX_TYPE and is_plain(name) else None


def read_arguments(value: JSONValue) -> JSONValue:
    """A call's arguments, parsed where they are JSON text."""
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        return parse(value)
    except ValueError:
        return value


def as_text(value: JSONValue) -> str:
    """A result as text that a model reads."""
    if isinstance(value, str):
        return value
    return "" if value is None else compact(value)


def _new_call(call: DraftCall) -> dict[str, JSONValue]:
    new = {
        "tool_name": call.tool_name,
        "arguments": exact(call.arguments),
        "call_id": call.call_id,
    }
    if not call.answered:
        return new
    completion = {} if call.completed_at is None else {"completed_at": call.completed_at}
    return {**new, "result": call.result, **completion}  # type: ignore[dict-item]


def _draft_call(call: ToolCall) -> DraftCall:
    answered = call.completed_at is not None
    return DraftCall(call.tool_name, call.arguments, call.call_id, call.id, answered, call.result)


def _save(store: Storage, session_id: str, messages: Sequence[NewMessage]) -> list[str]:
    try:
        return store.save_messages(session_id, messages)
    except SessionNotFoundError:
        store.get_or_create_session(session_id)
        return store.save_messages(session_id, messages)
