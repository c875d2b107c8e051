"""PostgreSQL: turns and sessions are written in one statement each, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from agentstore.connections.base import Connection
from agentstore.connections.postgresql import (
    DRIVER_PARAMETERS,
    PostgreSQLConnection,
    connect_arguments,
)
from agentstore.repositories.base import Repository
from agentstore.repositories.checkpoints import NewCheckpoint, TaskWrite, key_of
from agentstore.statements import NO_BLOCKS
from agentstore.turns import PreparedSession, Turn
from agentstore.url import DatabaseURL
from agentstore.values import encode_json

ROWS_AS_JSON = 16
"""Messages and calls that are sent as JSON; where there are more, arrays take less time."""

TURNS_A_STATEMENT = 1000
CHARACTERS_A_STATEMENT = 32_000_000
"""What goes in one statement of save_messages; more goes in several, in one transaction."""

_TOOL_CALLS = frozenset({"tool_calls"})
_CALL_COLUMNS = (
    "call_message_ordinals",
    "call_positions",
    "call_message_ids",
    "call_ids",
    "call_call_ids",
    "call_tool_names",
    "call_arguments",
    "call_results",
    "call_successes",
    "call_timestamps",
    "call_completed_ats",
)


class PostgreSQLRepository(Repository):
    """The repository of the dialect postgresql."""

    dialect = "postgresql"
    paramstyle = "pyformat"
    driver_parameters = DRIVER_PARAMETERS | {"schema"}
    driver_module = "psycopg"
    has_times_and_lists = True
    _may_prepare = True

    def connect(self, url: DatabaseURL) -> Connection:
        prepare = url.options.prepared_statements and self._may_prepare
        return PostgreSQLConnection.open(
            url, self.statement_library(), prepare=prepare, on_refusal=self._stop_preparing
        )

    def _stop_preparing(self) -> None:
        self._may_prepare = False

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return PostgreSQLConnection.bind(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        try:
            return psycopg.connect(**connect_arguments(url))
        except psycopg.Error as exc:
            raise PostgreSQLConnection(None, cls.statement_library()).translated(exc) from exc

    def _session_needs_transaction(self) -> bool:
        return False

    def _insert_session(self, connection: Connection, session: PreparedSession) -> bool:
        parameters = self.write_new_session(session)
        blocks = set()
        if session.entries:
            blocks.add("entries")
            parameters["entries"] = session.entries
        message = session.system_message
        if message is not None:
            blocks.add("system_message")
            content, content_escaped = self.write_text(message.content)
            parameters |= {
                "message_id": message.id,
                "content": content,
                "content_escaped": content_escaped,
                "parts": message.parts,
            }
        return bool(connection.rows("sessions/create_session", parameters, frozenset(blocks)))

    def _turns_need_transaction(self, turns: list[Turn]) -> bool:
        return any(turn.uses_own_ids for turn in turns) or len(_chunks(turns)) > 1

    def _insert_turns(
        self, connection: Connection, session_id: str, turns: list[Turn], now: datetime
    ) -> bool:
        own: dict[str, Any] = {}
        if any(turn.uses_own_ids for turn in turns):
            own = _own_ids(turns)
            connection.rows(
                "messages/lock_ids", {"ids": [id_ for ids in own.values() for id_ in ids]}
            )
        for number, chunk in enumerate(_chunks(turns)):
            name, parameters, blocks = _statement_for(self, chunk)
            parameters["session_id"] = session_id
            parameters["now"] = now
            if own and not number:
                parameters |= own
                blocks |= {"own_ids"}
            if not connection.count(name, parameters, blocks):
                return False
        return True

    def _checkpoint_needs_transaction(self) -> bool:
        return False

    def _insert_checkpoint(self, connection: Connection, checkpoint: NewCheckpoint) -> None:
        values = checkpoint.new_values
        columns = {
            "channel_keys": [key_of(channel) for channel in values],
            "new_versions": [checkpoint.channel_versions[channel] for channel in values],
            "value_types": [value.type for value in values.values()],
            "values": [value.data for value in values.values()],
            "entries": checkpoint.entries,
        }
        parameters = self.write_checkpoint(checkpoint) | columns
        connection.count("checkpoints/put_checkpoint", parameters)

    def _writes_need_transaction(self) -> bool:
        return False

    def _insert_writes(
        self, connection: Connection, parameters: Mapping[str, Any], writes: list[TaskWrite]
    ) -> None:
        columns = {
            "idxs": [write.idx for write in writes],
            "channel_names": [write.channel for write in writes],
            "value_types": [write.value.type for write in writes],
            "values": [write.value.data for write in writes],
        }
        connection.count("checkpoints/put_writes", {**parameters, **columns})

    def _insert_adk_states(
        self, connection: Connection, app_key: str, entries: list[dict[str, Any]]
    ) -> None:
        columns = {
            "user_keys": [entry["user_key"] for entry in entries],
            "name_keys": [entry["name_key"] for entry in entries],
            "entries": [entry["entry"] for entry in entries],
        }
        connection.count("adk/put_states", {"app_key": app_key, **columns})

    def _complete_tool_call(self, completion: dict[str, Any]) -> bool:
        parameters = {**completion, "now": completion["completed_at"]}
        return bool(
            self.executor.write(
                lambda connection: connection.rows("tool_calls/complete_tool_call", parameters),
                atomic=False,
            )
        )


def _chunks(turns: list[Turn]) -> list[list[Turn]]:
    """Turns in lists that are each short enough for one statement."""
    if len(turns) == 1:
        return [turns]
    chunks: list[list[Turn]] = []
    size = CHARACTERS_A_STATEMENT
    for turn in turns:
        size += turn.size
        if size > CHARACTERS_A_STATEMENT or len(chunks[-1]) == TURNS_A_STATEMENT:
            chunks.append([])
            size = turn.size
        chunks[-1].append(turn)
    return chunks


def _own_ids(turns: list[Turn]) -> dict[str, list[str]]:
    """The ids that the caller gave: no other message or call may have them."""
    return {
        "own_message_ids": [turn.id for turn in turns if turn.has_own_id],
        "own_call_ids": [call.id for turn in turns for call in turn.calls if call.has_own_id],
    }


def _statement_for(
    repository: PostgreSQLRepository, turns: list[Turn]
) -> tuple[str, dict[str, Any], frozenset[str]]:
    """The statement that saves some turns, what it takes of them, and its blocks."""
    rows = len(turns) + sum(len(turn.calls) for turn in turns)
    if len(turns) == 1 and rows <= ROWS_AS_JSON:
        [turn] = turns
        parameters = repository.write_turn(turn)
        if not turn.calls:
            return "messages/save_turn", parameters, NO_BLOCKS
        parameters["tool_calls"] = encode_json(_call_objects(turn))
        return "messages/save_turn", parameters, _TOOL_CALLS
    blocks = _TOOL_CALLS if any(turn.calls for turn in turns) else NO_BLOCKS
    if rows <= ROWS_AS_JSON:
        return "messages/save_turns", _turns_as_json(repository, turns), blocks
    return "messages/import_turns", _turn_columns(repository, turns) | _call_columns(turns), blocks


def _turns_as_json(repository: PostgreSQLRepository, turns: list[Turn]) -> dict[str, Any]:
    """Messages and their tool calls as json_to_recordset takes them."""
    messages = []
    calls: list[dict[str, Any]] = []
    for ordinal, turn in enumerate(turns):
        message = repository.write_turn(turn, ordinal=ordinal)
        message["timestamp"] = turn.timestamp.isoformat()
        messages.append(message)
        calls += _call_objects(turn, message_ordinal=ordinal, message_id=turn.id)
    parameters = {"count": len(turns), "messages": encode_json(messages)}
    if calls:
        parameters["tool_calls"] = encode_json(calls)
    return parameters


def _call_objects(turn: Turn, **place: Any) -> list[dict[str, Any]]:
    """A turn's tool calls as JSON objects."""
    at = turn.timestamp.isoformat()
    return [
        {
            **place,
            "position": position,
            "id": call.id,
            "call_id": call.call_id,
            "tool_name": call.tool_name,
            "arguments": call.arguments,
            "result": call.result,
            "success": call.success,
            "timestamp": at if call.timestamp is turn.timestamp else call.timestamp.isoformat(),
            "completed_at": (
                at
                if call.completed_at is turn.timestamp
                else call.completed_at and call.completed_at.isoformat()
            ),
        }
        for position, call in enumerate(turn.calls)
    ]


def _turn_columns(repository: PostgreSQLRepository, turns: list[Turn]) -> dict[str, Any]:
    """Messages column by column, as unnest takes them."""
    texts = [repository.write_text(turn.content) for turn in turns]
    return {
        "count": len(turns),
        "ids": [turn.id for turn in turns],
        "roles": [turn.role for turn in turns],
        "contents": [text for text, _ in texts],
        "content_escapeds": [escaped for _, escaped in texts],
        "parts": [turn.parts for turn in turns],
        "timestamps": [turn.timestamp for turn in turns],
        "response_types": [turn.response_type for turn in turns],
        "responses": [turn.response for turn in turns],
        "metadatas": [turn.metadata for turn in turns],
    }


def _call_columns(turns: list[Turn]) -> dict[str, Any]:
    """Their tool calls column by column."""
    rows = [
        (
            ordinal,
            place,
            turn.id,
            call.id,
            call.call_id,
            call.tool_name,
            call.arguments,
            call.result,
            call.success,
            call.timestamp,
            call.completed_at,
        )
        for ordinal, turn in enumerate(turns)
        for place, call in enumerate(turn.calls)
    ]
    return dict(zip(_CALL_COLUMNS, map(list, zip(*rows, strict=True)), strict=bool(rows)))
