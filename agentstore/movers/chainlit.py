"""Chainlit's SQLAlchemyDataLayer: threads and their steps, with what is attached to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from agentstore.engine.connection import Row
from agentstore.errors import ConfigurationError
from agentstore.movers.moving import Mover, Target
from agentstore.records import JSONValue, Role
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.foreign import Program
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.parts import text_part
from agentstore.transfer.forms.pieces import Answer, Call
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.json_text import parse

THREADS_A_PAGE = 100

_THREAD = ("id", "createdAt", "name", "userId", "userIdentifier", "tags", "metadata", "user")
_STEP = (
    *("id", "type", "name", "parentId", "createdAt", "start", "end", "input", "output"),
    *("isError", "waitForAnswer", "metadata", "generation", "tags"),
)
_NEWER = ("command", "modes")
_ELEMENT = (
    *("id", "type", "name", "url", "objectKey", "chainlitKey", "mime", "display", "size", "page"),
    *("language", "props"),
)
_FEEDBACK = ("id", "value", "comment")
_JSON = ("metadata", "generation", "tags", "modes", "props", "user")
_FLAGS = ("isError", "waitForAnswer")

_ROLES: dict[str, Role] = {
    "user_message": "user",
    "assistant_message": "assistant",
    "system_message": "system",
}
"""Steps that are messages. Of all others, what tools do is kept as calls."""

_SAID = ("createdAt", "type", "output")
_DONE = ("createdAt", "type", "input", "output", "start", "end")
_EARLIEST = datetime.min.replace(tzinfo=timezone.utc)

_Step = dict[str, JSONValue]
_Attached = defaultdict[tuple[str, JSONValue], list[JSONValue]]
"""By thread and step; None where it belongs to no step."""


class DataLayerMover(Mover):
    """Moves threads with their ids, names, times, users and tool calls."""

    kind = "chainlit"
    program = Program(
        "Chainlit's SQLAlchemyDataLayer", "movers", "chainlit", ("postgresql", "sqlite")
    )

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._blocks = frozenset({"newer"})

    def count(self) -> int:
        """How many threads there are."""
        return int(self._database.read("count_threads")[0][0])

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        done = 0
        for threads in self._database.pages("read_threads", THREADS_A_PAGE, after_key_id=None):
            # Its tables have no index by thread: one scan a page, and not one a thread.
            span = {"first_id": threads[0][0], "last_id": threads[-1][0]}
            elements = _attached(self._database.read("read_elements", span), _ELEMENT)
            feedbacks = _attached(self._database.read("read_feedbacks", span), _FEEDBACK)
            steps = self._steps(span)
            for row in threads:
                thread = _named(_THREAD, row)
                reader = _ThreadReader(str(thread["id"]), elements, feedbacks)
                conversation = reader.read(thread, steps.get(str(thread["id"]), []))
                _store(target, conversation)
                done += 1
                progress(done)

    def _steps(self, span: dict[str, Any]) -> dict[str, list[_Step]]:
        """The steps of some threads, by thread."""
        try:
            rows = self._database.read("read_steps", span, self._blocks)
        except ConfigurationError:
            if not self._blocks:
                raise
            self._blocks = frozenset()  # a version before 2.9.4
            rows = self._database.read("read_steps", span, self._blocks)
        names = (*_STEP, *(_NEWER if self._blocks else ()), "language")
        found: dict[str, list[_Step]] = {}
        for thread_id, *values in rows:
            found.setdefault(str(thread_id), []).append(_named(names, values))
        return found


class _ThreadReader:
    """Reads one thread."""

    def __init__(self, thread_id: str, elements: _Attached, feedbacks: _Attached) -> None:
        self._id = thread_id
        self._elements = elements
        self._feedbacks = feedbacks
        self._builder = Builder()
        self._before: list[JSONValue] = []
        """Steps that are no part of the conversation, kept with the message that follows."""

    def read(self, thread: _Step, steps: Iterable[_Step]) -> Conversation:
        """The conversation."""
        for step in sorted(steps, key=_place):
            self._read_step(step)
        for step in self._before:
            kind = step["type"] if isinstance(step, dict) else None
            self._builder.remark(f"step of type {kind!r} that no message follows: not taken")
        rest = without(thread, "id", "createdAt", "name")
        if loose := self._elements.get((self._id, None)):
            rest["elements"] = loose
        return self._builder.finish(
            rest, id=self._id, created_at=thread["createdAt"], title=thread["name"]
        )

    def _read_step(self, step: _Step) -> None:
        kind = str(step["type"])
        attached = without(
            {
                "elements": self._elements.get((self._id, step["id"])),
                "feedbacks": self._feedbacks.get((self._id, step["id"])),
            }
        )
        if kind in _ROLES:
            said = [text_part(str(step["output"]))] if step["output"] else []
            metadata = self._with_steps(without(step, *_SAID, "start", "end") | attached)
            self._builder.say(_ROLES[kind], said, metadata=metadata, at=step["createdAt"])
        elif kind == "tool":
            metadata = self._with_steps(without(step, *_DONE, "isError") | attached)
            self._read_tool(step, metadata)
        else:
            rest = without(step) | attached
            if without(rest, "id", "type", "name", "parentId", "createdAt", "start", "end"):
                self._before.append(rest)

    def _read_tool(self, step: _Step, metadata: _Step) -> None:
        call = Call(step["name"], step["input"] or None, step["id"])
        self._builder.say("assistant", [call], metadata=metadata, at=step["createdAt"])
        if step["output"] or step["end"]:
            answer = Answer(step["output"] or "", step["id"], failed=bool(step["isError"]))
            self._builder.say("tool", [answer], at=step["end"])

    def _with_steps(self, metadata: _Step) -> _Step:
        if not self._before:
            return metadata
        steps, self._before = self._before, []
        return {**metadata, "steps": steps}


def _store(target: Target, conversation: Conversation) -> None:
    target.store_page(lambda page: page.save_conversation(conversation))


def _named(names: Sequence[str], values: Sequence[Any]) -> _Step:
    """A row by the names of Chainlit's fields."""
    named = dict(zip(names, values, strict=True))
    for name in named.keys() & set(_JSON):
        named[name] = _value(named[name])
    for name in named.keys() & set(_FLAGS):
        named[name] = bool(named[name]) or None
    return named


def _value(text: JSONValue) -> JSONValue:
    """The value of a JSON text; a text that is none stays one."""
    try:
        return parse(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _attached(rows: Iterable[Row], names: Sequence[str]) -> _Attached:
    found: _Attached = defaultdict(list)
    for thread_id, step_id, *values in rows:
        found[str(thread_id), step_id].append(without(_named(names, values)))
    return found


def _place(step: _Step) -> tuple[datetime, str]:
    """Where a step stands, as Chainlit sorts them; of one moment by their ids."""
    moment = read_moment(step["createdAt"]) or read_moment(step["start"]) or _EARLIEST
    return moment, str(step["id"])


MOVERS: dict[str, type[Mover]] = {DataLayerMover.kind: DataLayerMover}
