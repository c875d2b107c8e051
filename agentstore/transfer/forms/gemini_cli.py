"""The sessions that Gemini CLI keeps: whole, or as a log in which what was said is said again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, objects
from agentstore.transfer.forms.gemini import read_content, with_parts
from agentstore.transfer.forms.parts import part_values
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought
from agentstore.transfer.plain_form import text_of_parts

_NOTICES = frozenset({"info", "error", "warning"})
_READ = ("type", "content", "timestamp", "toolCalls", "thoughts")


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of a session that is kept as lines."""
    if not isinstance(value, dict) or is_whole(value):
        return False
    if value.get("type") in {"user", "gemini"} | _NOTICES:
        return "timestamp" in value and "content" in value
    return {"sessionId", "projectHash"} <= value.keys() and "messages" not in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a session."""
    if not isinstance(value, dict) or "sessionId" not in value:
        return False
    return any(
        isinstance(message, dict) and message.get("type") in {"user", "gemini"}
        for message in items_of(value, "messages")
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    if isinstance(value, dict):
        session, messages = value, objects(value["messages"])
    else:
        log = _Log(builder)
        for line in objects(value, "lines"):
            log.take(line)
        session, messages = log.session, list(log.messages.values())
    answered: set[JSONValue] = set()
    for message in messages:
        kind = message.get("type")
        if kind in _NOTICES:
            builder.pass_over(f"message of type {kind!r}")
            continue
        metadata = without(message, *_READ)
        at = message.get("timestamp")
        pieces = list(_pieces(message))
        # What a tool answered stands with its call, and may stand as the next message too.
        new = [piece for piece in pieces if not _is_answer_in(piece, answered)]
        answered |= {piece.call_id for piece in new if isinstance(piece, Answer)} - {None}
        if new or not pieces:
            builder.say(builder.role(kind), new, metadata=metadata, at=at)
    return [
        builder.finish(
            without(session, "messages", "startTime"),
            id=session.get("sessionId"),
            created_at=session.get("startTime"),
            title=session.get("summary"),
        )
    ]


@dataclass
class _Log:
    """A session that is kept as lines, as far as it has been read.

    Attributes:
        builder: what is left out is noted there.
        session: what holds for all of it.
        messages: by their ids; what is said again under an id takes its place.
    """

    builder: Builder
    session: dict[str, JSONValue] = field(default_factory=dict)
    messages: dict[object, dict[str, JSONValue]] = field(default_factory=dict)
    _has_own: bool = False
    _given: set[object] = field(default_factory=set)

    def take(self, line: dict[str, JSONValue]) -> None:
        """Read the next line."""
        if "$rewindTo" in line:
            self._rewind(line["$rewindTo"])
        elif isinstance(line.get("$set"), dict):
            self.session |= without(line["$set"], "messages")
            for message in items_of(line["$set"], "messages"):
                if isinstance(message, dict):
                    self._give(message)
        elif "projectHash" in line:
            self.session |= line
        else:
            self._has_own = True
            self.messages[line.get("id") or object()] = line

    def _give(self, message: dict[str, JSONValue]) -> None:
        """Read a message of what the model is given, which is shorter than what was said."""
        key = message.get("id") or object()
        if not self._has_own:
            self.messages[key] = message
        elif key not in self.messages and key not in self._given:
            self._given.add(key)
            self.builder.pass_over("message that only the model was given")

    def _rewind(self, target: JSONValue) -> None:
        if target not in self.messages:
            self.builder.remark("rewind to a message that is not there: passed over")
            return
        keys = list(self.messages)
        undone = keys[keys.index(target) :]
        for key in undone:
            del self.messages[key]
        self.builder.pass_over("message on a branch that was not chosen", len(undone))


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    for thought in items_of(message, "thoughts"):
        yield Thought(thought)
    calls = [call for call in items_of(message, "toolCalls") if isinstance(call, dict)]
    for piece in read_content(message["content"]) if message.get("content") else ():
        if not isinstance(piece, Call) or not any(_is_same(piece, call) for call in calls):
            yield piece
    for call in calls:
        yield Call(call.get("name"), call.get("args"), call.get("id"))
    for call in calls:
        if "result" in call:
            yield _answer(call)


def _is_same(piece: Call, call: Mapping[str, JSONValue]) -> bool:
    """Whether a call in a content is one of those that stand beside it."""
    if piece.call_id is not None:
        return bool(piece.call_id == call.get("id"))
    return (piece.tool_name, piece.arguments) == (call.get("name"), call.get("args"))


def _is_answer_in(piece: Piece, answered: set[JSONValue]) -> bool:
    return isinstance(piece, Answer) and piece.call_id in answered


def _answer(call: Mapping[str, JSONValue]) -> Answer:
    """What a tool answered, with all that it showed."""
    result, failed = call["result"], call.get("status") == "error"
    own = _own_parts(result, call.get("id")) if isinstance(result, list) else result
    pieces = list(read_content(own)) if isinstance(own, (list, dict)) else []
    answers = [piece for piece in pieces if isinstance(piece, Answer)]
    parts = part_values(pieces)
    if answers:
        result = with_parts(answers[0].result, parts)
        failed = failed or answers[0].failed
    elif parts:
        result = text_of_parts(parts) or parts
    return Answer(result, call.get("id"), failed=failed)


def _own_parts(result: list[JSONValue], call_id: JSONValue) -> list[JSONValue]:
    """Of the parts that answer calls side by side, those from the answer to one call on."""
    own: dict[JSONValue, list[JSONValue]] = {}
    latest: list[JSONValue] = []
    for part in result:
        response = part.get("functionResponse") if isinstance(part, dict) else None
        if isinstance(response, dict):
            latest = own.setdefault(response.get("id"), [] if own else latest)
        latest.append(part)
    return own.get(call_id, result)


FORM = Form("gemini-cli", "Gemini CLI session", is_whole, read, is_line, is_log=True)
