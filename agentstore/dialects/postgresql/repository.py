"""PostgreSQL: turns and sessions are written in one statement each, in one round trip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agentstore.dialects.postgresql.connection import (
    DRIVER_PARAMETERS,
    PostgreSQLConnection,
    check_encoding,
)
from agentstore.dialects.repository import Repository
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import NO_PARAMETERS, Step
from agentstore.engine.connection import Connection
from agentstore.errors import ConfigurationError, StorageError
from agentstore.model.preparing import PreparedMessage, PreparedSession
from agentstore.model.values import encode_json
from agentstore.operations.core import LARGE
from agentstore.statements import NO_BLOCKS

ROWS_AS_JSON = 16
"""Messages and calls that are sent as JSON; where there are more, arrays take less time."""

LONGEST_NAME = 63
"""Bytes of a name in PostgreSQL."""

TURNS_A_STATEMENT = 1000
CHARACTERS_A_STATEMENT = 32_000_000
"""What goes in one statement of save_messages; more goes in several, in one transaction."""

_WITH_ONE_SNAPSHOT = frozenset({"repeatable read", "serializable"})

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
    migrator_backend = "agentstore.dialects.postgresql.migrator:PostgreSQLMigratorBackend"
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
    def check_url(cls, url: DatabaseURL) -> None:
        if url.query.get("schema") == "":
            raise ConfigurationError("schema in the URL is empty: schema=NAME, or leave it out")
        size = len(url.query.get("schema", "").encode())
        if size > LONGEST_NAME:
            # PostgreSQL cuts it off without a word, and two tenants would share one.
            raise ConfigurationError(
                f"the schema in the URL has {size} bytes; PostgreSQL's names have {LONGEST_NAME} "
                "at most"
            )

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return PostgreSQLConnection.bind(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        connection = PostgreSQLConnection.open_driver(url, cls.statement_library())
        try:
            check_encoding(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def steps_of_session(self, session: PreparedSession, token: str) -> list[Step]:
        parameters = self.write_new_session(session, token)
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
        return [Step("sessions/create_session", parameters, frozenset(blocks))]

    def _insert_turns(
        self, session_id: str, turns: list[PreparedMessage], now: datetime, *, undoable: bool
    ) -> bool:
        steps = []
        own: dict[str, Any] = {}
        if any(turn.uses_own_ids for turn in turns):
            self._check_isolation()
            own = _own_ids(turns)
            ids = [id_ for ids in own.values() for id_ in ids]
            steps.append(Step("messages/lock_ids", {"ids": ids}))
        for number, chunk in enumerate(_chunks(turns)):
            name, parameters, blocks = _statement_for(self, chunk)
            parameters["session_id"] = session_id
            parameters["now"] = now
            if own and not number:
                parameters |= own
                blocks |= {"own_ids"}
            steps.append(Step(name, parameters, blocks, needs_rows=True))
        return all(self.executor.write_batch(steps, undoable=undoable))

    def _check_isolation(self) -> None:
        """Refuse to keep an id unique that is looked for in an older snapshot.

        Raises:
            StorageError: the caller's transaction has one.
        """
        if self.url is not None:
            return  # a connection of our own is in READ COMMITTED
        ((isolation,),) = self.read("connection/transaction_isolation", NO_PARAMETERS)
        if isolation in _WITH_ONE_SNAPSHOT:
            raise StorageError(
                f"the transaction of this connection is {isolation.upper()}: it cannot see whether "
                "another has saved the same id meanwhile, and the id could come to be in two "
                "sessions; save without ids of your own, or in READ COMMITTED"
            )

    def _complete_tool_call(self, completion: dict[str, Any]) -> bool:
        parameters = {**completion, "now": completion["completed_at"]}
        undoable = len(completion["result"]) > LARGE
        return self.change("tool_calls/complete_tool_call", parameters, undoable=undoable) > 0


def _chunks(turns: list[PreparedMessage]) -> list[list[PreparedMessage]]:
    """Turns in lists that are each short enough for one statement."""
    if len(turns) == 1:
        return [turns]
    chunks: list[list[PreparedMessage]] = []
    size = CHARACTERS_A_STATEMENT
    for turn in turns:
        size += turn.size
        if size > CHARACTERS_A_STATEMENT or len(chunks[-1]) == TURNS_A_STATEMENT:
            chunks.append([])
            size = turn.size
        chunks[-1].append(turn)
    return chunks


def _own_ids(turns: list[PreparedMessage]) -> dict[str, list[str]]:
    """The ids that the caller gave: no other message or call may have them."""
    return {
        "own_message_ids": [turn.id for turn in turns if turn.has_own_id],
        "own_call_ids": [call.id for turn in turns for call in turn.calls if call.has_own_id],
    }


def _statement_for(
    repository: PostgreSQLRepository, turns: list[PreparedMessage]
) -> tuple[str, dict[str, Any], frozenset[str]]:
    """The statement that saves some turns, what it takes of them, and its blocks."""
    rows = len(turns) + sum(len(turn.calls) for turn in turns)
    if len(turns) == 1 and rows <= ROWS_AS_JSON:
        [turn] = turns
        parameters = repository.write_message(turn)
        if not turn.calls:
            return "messages/save_turn", parameters, NO_BLOCKS
        parameters["tool_calls"] = encode_json(_call_objects(turn))
        return "messages/save_turn", parameters, _TOOL_CALLS
    blocks = _TOOL_CALLS if any(turn.calls for turn in turns) else NO_BLOCKS
    if rows <= ROWS_AS_JSON:
        return "messages/save_turns", _turns_as_json(repository, turns), blocks
    return "messages/import_turns", _turn_columns(repository, turns) | _call_columns(turns), blocks


def _turns_as_json(
    repository: PostgreSQLRepository, turns: list[PreparedMessage]
) -> dict[str, Any]:
    """Messages and their tool calls as json_to_recordset takes them."""
    messages = []
    calls: list[dict[str, Any]] = []
    for ordinal, turn in enumerate(turns):
        message = repository.write_message(turn, ordinal=ordinal)
        message["timestamp"] = turn.timestamp.isoformat()
        messages.append(message)
        calls += _call_objects(turn, message_ordinal=ordinal, message_id=turn.id)
    parameters = {
        "count": len(turns),
        "last_timestamp": max(turn.timestamp for turn in turns),
        "messages": encode_json(messages),
    }
    if calls:
        parameters["tool_calls"] = encode_json(calls)
    return parameters


def _call_objects(turn: PreparedMessage, **place: Any) -> list[dict[str, Any]]:
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


def _turn_columns(repository: PostgreSQLRepository, turns: list[PreparedMessage]) -> dict[str, Any]:
    """Messages column by column, as unnest takes them."""
    texts = [repository.write_text(turn.content) for turn in turns]
    return {
        "count": len(turns),
        "last_timestamp": max(turn.timestamp for turn in turns),
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


def _call_columns(turns: list[PreparedMessage]) -> dict[str, Any]:
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
