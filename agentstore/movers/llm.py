"""The logs.db of the command ``llm``: its threads, or the conversations of older versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from agentstore.engine.connection import Row
from agentstore.errors import ConfigurationError
from agentstore.movers.moving import Mover, Page, Target
from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.foreign import Program
from agentstore.transfer.forms import llm_logs
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.parts import text_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown
from agentstore.transfer.json_text import parse

SESSIONS_A_PAGE = 100


class LogsMover(Mover):
    """Moves conversations with their ids, names, times and tool calls."""

    kind = "llm"
    program = Program("the command llm", "movers", "llm", ("sqlite",))

    def count(self) -> int:
        """How many conversations there are."""
        return int(self._database.read(f"count_{self._sessions}")[0][0])

    @property
    def _sessions(self) -> str:
        """What it calls them."""
        try:
            self._database.read("count_threads")
        except ConfigurationError:
            return "conversations"
        return "threads"

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        sessions = self._sessions
        read = self._read_thread if sessions == "threads" else self._read_conversation
        done = 0
        for rows in self._database.pages(f"read_{sessions}", SESSIONS_A_PAGE, after_key_id=None):
            for row in rows:
                self._store(target, read(row))
                done += 1
                progress(done)

    def _store(self, target: Target, conversation: Conversation) -> None:
        def work(page: Page) -> None:
            page.save_conversation(conversation)

        target.store_page(work)

    def _read_thread(self, row: Row) -> Conversation:
        thread_id, name, began = row
        builder = Builder()
        rows = self._database.read("read_parts", {"thread_id": thread_id})
        for (_, role, at), parts in groupby(rows, key=lambda row: row[:3]):
            pieces = [piece for part in parts for piece in _pieces(part[3:])]
            if role == "tool":
                builder.say("tool", pieces, at=at, joins=True)
            else:
                builder.say(builder.role(role), pieces, at=at)
        return builder.finish(id=thread_id, created_at=began, title=name)

    def _read_conversation(self, row: Row) -> Conversation:
        conversation_id, name, _ = row
        parameters = {"conversation_id": conversation_id}
        calls = _by_response(self._database.read("read_tool_calls", parameters), "arguments")
        results = _by_response(self._database.read("read_tool_results", parameters), "output")
        names = ("id", "model", "prompt", "system", "response", "datetime_utc")
        responses: list[JSONValue] = [
            {
                **dict(zip(names, response, strict=True)),
                "conversation_id": conversation_id,
                "conversation_name": name,
                "tool_calls": calls.get(response[0], []),
                "tool_results": results.get(response[0], []),
            }
            for response in self._database.read("read_responses", parameters)
        ]
        if not responses:
            return Builder().finish(id=conversation_id, title=name)
        [conversation] = llm_logs.read(responses)
        return conversation


def _pieces(part: Row) -> Iterator[Piece]:
    """What a part has: its type, its text, and what else it has as JSON."""
    kind, text, payload = part
    value = parse(payload) if payload else {}
    details: Mapping[str, Any] = value if isinstance(value, dict) else {}
    if kind == "text" and text is not None:
        yield text_part(text)
    elif kind == "reasoning":
        yield Thought(without({"type": kind, "text": text, **details}))
    elif kind == "tool_call":
        yield Call(details.get("name"), details.get("arguments"), details.get("tool_call_id"))
    elif kind == "tool_result":
        yield Answer(
            details.get("output"),
            details.get("tool_call_id"),
            details.get("name"),
            failed=bool(details.get("exception")),
        )
    elif kind is not None:
        yield Unknown(f"part {kind!r}: passed over")


def _by_response(rows: list[Row], what: str) -> dict[str, list[JSONValue]]:
    found: dict[str, list[JSONValue]] = {}
    for response_id, call_id, name, value in rows:
        call = {"id": call_id, "tool_call_id": call_id, "name": name, what: value}
        found.setdefault(response_id, []).append(call)
    return found


MOVERS: dict[str, type[Mover]] = {LogsMover.kind: LogsMover}
