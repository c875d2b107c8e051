"""What readers of forms put their conversations together with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agentstore.model.arguments import exact
from agentstore.model.preparing import MAX_TITLE_LENGTH
from agentstore.records import JSONValue, NewMessage, Role
from agentstore.transfer.answer_links import is_plain, short_id
from agentstore.transfer.conversation import Conversation, State
from agentstore.transfer.forms.pieces import Answer, Break, Call, Part, Piece, Thought, Unknown
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.json_text import compact, parse
from agentstore.transfer.openai_form import write_conversation
from agentstore.transfer.plain_form import (
    ADAPTER_KEYS,
    FORM_KEY,
    STORE_KEY,
    TOOL_CALL_ID,
    is_adapter_session_key,
    text_of_parts,
)
from agentstore.transfer.roles import known_role
from agentstore.transfer.waiting_calls import Origin, WaitingCalls

TOOL_STATUS = "tool_status"
"""Metadata key of a message of role 'tool', ``"error"`` where the tool failed."""

REASONING = "reasoning"
"""Metadata key of a message: the reasoning before it, as its form has it."""

ANSWERS = "tool_answers"
"""Metadata key of a message with calls: what else their answers had, by the ids of the calls."""

IS_KEPT = re.compile(r"kept as (it is|a tool's message)")
"""In a remark on what is not understood, but all there with its meaning."""

_NOT_FROM_FILES = ADAPTER_KEYS | {FORM_KEY, STORE_KEY, TOOL_CALL_ID, TOOL_STATUS}
_MAX_NAME = 191


@dataclass
class _Said:
    role: Role
    parts: list[dict[str, JSONValue]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, JSONValue] = field(default_factory=dict)
    at: datetime | None = None


class Builder:
    """A conversation while it is read, message by message."""

    def __init__(self) -> None:
        self.remarks: Counter[str] = Counter()
        self.passed_over: Counter[str] = Counter()
        self._said: list[_Said] = []
        self._by_id = WaitingCalls()
        self._latest = WaitingCalls()
        self._thoughts: list[JSONValue] = []
        self._was_answered = False

    def remark(self, what: str) -> None:
        """Something that is not understood."""
        self.remarks[what] += 1

    def pass_over(self, what: str, count: int = 1) -> None:
        """Something that is understood, but no part of the conversation."""
        self.passed_over[what] += count

    def role(self, word: JSONValue) -> Role:
        """The store's role for a word of the form."""
        role = known_role(word)
        if role is None:
            self.remark(f"role {str(word)[:40]!r}: kept as the user's")
        return role or "user"

    def waits_for(self, call_id: JSONValue) -> bool:
        """Whether a call of this id has no answer yet."""
        return isinstance(call_id, str) and self._by_id.find(short_id(call_id)) is not None

    def moment(self, value: JSONValue) -> datetime | None:
        """A point in time of the form."""
        moment = read_moment(value)
        if moment is None and value not in (None, ""):
            self.remark("time that is not understood")
        return moment

    def say(
        self,
        role: Role,
        pieces: Iterable[Piece],
        *,
        metadata: Mapping[str, JSONValue] | None = None,
        at: JSONValue = None,
        joins: bool = False,
    ) -> None:
        """Add what one message of the form has: messages, calls, answers to calls before.

        Args:
            role: who speaks; a tool's message that is no answer stays one of its own.
            pieces: what it consists of.
            metadata: what else it has.
            at: when, as the form has it.
            joins: whether it goes on with the message before, where that is of this role too and
                no call of it was answered meanwhile.
        """
        moment = self.moment(at)
        rest = _safe(metadata or {})
        said = self._said[-1] if joins and self._goes_on(role) else None
        is_empty = True
        for piece in pieces:
            is_empty = False
            if isinstance(piece, Unknown):
                self.remark(piece.what)
            elif isinstance(piece, Break):
                said = None
            elif isinstance(piece, Thought):
                if said is None or joins:
                    self._thoughts.append(piece.value)
                else:
                    said.metadata.setdefault(REASONING, []).append(piece.value)
            elif isinstance(piece, Answer):
                self._answer(piece, rest, moment)
                rest, said = {}, None
            else:
                if said is None:
                    said = self._begin(role, rest, moment)
                    rest = {}
                if isinstance(piece, Part):
                    said.parts.append(piece.value)
                else:
                    self._call(said, piece)
        if is_empty and not joins:
            self._begin(role, rest, moment)

    def finish(
        self,
        metadata: Mapping[str, JSONValue] | None = None,
        *,
        id: JSONValue = None,
        created_at: JSONValue = None,
        state: State = "open",
        title: JSONValue = None,
    ) -> Conversation:
        """The conversation.

        Args:
            metadata: what the form has of it beside its messages.
            id, created_at: as the form has them.
            state: whether it goes on.
            title: what lists show of it; one that does not fit is shortened, or left out.
        """
        if self._thoughts:
            self._begin("assistant", {}, None)
        began = self.moment(created_at)
        if began is None:
            began = next((said.at for said in self._said if said.at is not None), None)
        latest = began
        messages = []
        for said in self._said:
            latest = latest if said.at is None else said.at
            messages.append(_new_message(said, latest))
        session = {
            (f"imported {key}" if is_adapter_session_key(key) or key == FORM_KEY else key): value
            for key, value in (metadata or {}).items()
        }
        return Conversation(
            metadata=session,
            messages=messages,
            form=write_conversation(session, messages),
            id=str(id) if isinstance(id, (str, int)) and id != "" else None,
            created_at=began,
            state=state,
            title=fitting_title(title),
            remarks=self.remarks,
            passed_over=+self.passed_over,
        )

    def _goes_on(self, role: Role) -> bool:
        if not self._said or self._thoughts or self._was_answered:
            return False
        return self._said[-1].role == role

    def _begin(self, role: Role, metadata: dict[str, JSONValue], at: datetime | None) -> _Said:
        if role == "user" and self._thoughts:
            self._begin("assistant", {}, None)
        said = _Said(role, metadata=dict(metadata), at=at)
        if role == "assistant" and self._thoughts:
            said.metadata = {**said.metadata, REASONING: self._thoughts}
            self._thoughts = []
        self._said.append(said)
        self._was_answered = False
        if role != "tool":
            self._latest = WaitingCalls()
        return said

    def _call(self, said: _Said, call: Call) -> None:
        name = call.tool_name
        if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME or not is_plain(name):
            self.remark("call that names no tool: passed over")
            said.metadata.setdefault("calls_passed_over", []).append(
                {"name": name, "arguments": call.arguments, "id": call.call_id}
            )
            return
        origin = Origin(len(self._said) - 1, len(said.calls))
        call_id = short_id(call.call_id) if isinstance(call.call_id, str) else None
        self._by_id.add(origin, call_id)
        if isinstance(call.alias, str):
            self._by_id.add(origin, short_id(call.alias))
        self._latest.add(origin, name)
        self._latest.add(origin, None)
        said.calls.append(
            {"tool_name": name, "arguments": exact(_arguments(call.arguments)), "call_id": call_id}
        )

    def _answer(
        self, answer: Answer, metadata: dict[str, JSONValue], moment: datetime | None
    ) -> None:
        has_id = isinstance(answer.call_id, str) and answer.call_id != ""
        if has_id:
            origin = self._by_id.find(short_id(answer.call_id))
        else:
            name = answer.tool_name if isinstance(answer.tool_name, str) else None
            origin = self._latest.find(name or None)
        text = None if answer.keeps_parts else text_of_parts(answer.result)
        result = answer.result if text is None else text
        if origin is None or origin.call is None:
            self.remark("answer to a call that is not there: kept as a tool's message")
            note = {FORM_KEY: {"set": {TOOL_CALL_ID: answer.call_id}}} if has_id else {}
            said = self._begin("tool", {**metadata, **note}, moment)
            said.parts.append({"type": "text", "text": _as_text(result)})
            return
        self._by_id.take(origin)
        self._latest.take(origin)
        self._was_answered = True
        caller = self._said[origin.turn]
        call = caller.calls[origin.call]
        call["result"] = result
        if moment is not None:
            call["completed_at"] = moment
        if answer.failed:
            failed = {TOOL_STATUS: "error"}
            if call["call_id"] is not None:
                failed[TOOL_CALL_ID] = call["call_id"]
            said = self._begin("tool", {**metadata, **failed}, moment)
            said.parts.append({"type": "text", "text": _as_text(result)})
        elif metadata:
            key = call["call_id"] or f"{origin.call}"
            if not isinstance(caller.metadata.get(ANSWERS), dict):
                caller.metadata[ANSWERS] = {}
            caller.metadata[ANSWERS][key] = metadata


def without(value: Mapping[str, JSONValue], *keys: str) -> dict[str, JSONValue]:
    """What an object has beside some keys, and says anything."""
    return {
        key: item
        for key, item in value.items()
        if key not in keys and item not in (None, [], {}, "")
    }


def fitting_title(title: JSONValue) -> str | None:
    """A title as the store takes it; None where it is none."""
    if not isinstance(title, str) or not is_plain(title):
        return None
    return title[:MAX_TITLE_LENGTH] or None


def _new_message(said: _Said, at: datetime | None) -> NewMessage:
    content: str | list[dict[str, JSONValue]] = said.parts
    if not said.parts:
        content = ""
    elif len(said.parts) == 1 and said.parts[0].keys() == {"type", "text"}:
        content = said.parts[0]["text"]
    is_reasoning = REASONING in said.metadata and not said.parts and not said.calls
    return NewMessage(
        said.role,
        content,
        metadata=said.metadata,
        response_type="reasoning" if is_reasoning else None,
        tool_calls=said.calls,
        timestamp=at,
    )


def _safe(metadata: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Metadata without what would tell an adapter, or the export, something that is not so."""
    return {
        (f"imported {key}" if key in _NOT_FROM_FILES else key): value
        for key, value in metadata.items()
    }


def _arguments(value: JSONValue) -> JSONValue:
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        return parse(value)
    except ValueError:
        return value


def _as_text(result: JSONValue) -> str:
    if isinstance(result, str):
        return result
    return "" if result is None else compact(result)
