"""agentstore, by its public interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import agentstore
from agentstore import NewMessage
from agentstore.transfer import export_conversations
from benchmarks.contender import MANY_WRITERS, Contender, json_line
from benchmarks.samples import SampleSession, SampleTurn


class AgentStore(Contender):
    """Turns at once by save_messages."""

    name = "agentstore"
    own_tables = False

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.store = agentstore.connect(url, pool_size=MANY_WRITERS)

    def close(self) -> None:
        super().close()
        self.store.close()

    def create_session(self, session_id: str, user_id: str) -> None:
        self.store.create_session(id=session_id, metadata={"user_id": user_id})

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        self.store.save_user_message(session_id, turn.user)
        self.store.save_assistant_message(session_id, response(turn))

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self.store.save_messages(session_id, new_messages(turn))

    def load(self, session_id: str) -> Sequence[Any]:
        return self.store.get_history(session_id)

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return self.store.get_history(session_id, limit=count)

    def count_messages(self, session_id: str) -> int:
        return self.store.get_message_count(session_id)

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        return self.store.query_sessions(metadata={"user_id": user_id}, limit=count)

    def import_sessions(self, sessions: Sequence[SampleSession]) -> None:
        with self.store.transaction():
            super().import_sessions(sessions)

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        messages = [message for turn in turns for message in new_messages(turn)]
        self.store.save_messages(session_id, messages)

    def export(self, write: Callable[[bytes], Any]) -> int:
        count = 0
        for conversation in export_conversations(self.store):
            write(json_line(conversation))
            count += sum(message["role"] != "tool" for message in conversation["messages"])
        return count


class AgentStoreInTransaction(AgentStore):
    """Turns at once by two calls in a transaction()."""

    name = "agentstore, transaction()"
    note = "differs from agentstore in how a turn is appended at once"
    workloads = frozenset({"append_at_once"})

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        with self.store.transaction():
            self.append_turn(session_id, turn)


def response(turn: SampleTurn) -> dict[str, Any]:
    """A turn's answer as `save_assistant_message` takes it."""
    return {"type": "execute", "message": turn.assistant, "tool_calls": calls(turn)}


def new_messages(turn: SampleTurn) -> list[NewMessage]:
    """A turn as `save_messages` takes it."""
    return [
        NewMessage("user", turn.user),
        NewMessage("assistant", turn.assistant, response_type="execute", tool_calls=calls(turn)),
    ]


def calls(turn: SampleTurn) -> list[dict[str, Any]]:
    """A turn's tool calls as agentstore takes them."""
    return [
        {
            "call_id": call.call_id,
            "tool_name": call.tool_name,
            "arguments": call.arguments,
            "result": call.result,
        }
        for call in turn.calls
    ]
