"""What the hand-written contenders share: JSON, the grouping of rows, the exported form.

They do the same durable work into the same tables as agentstore, on the bare driver, with the
best statements known to us, and without anything that a library adds: no checks, no retries,
no pool (each thread has a connection of its own), no text that a database would refuse.
"""

from __future__ import annotations

import json
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from itertools import groupby
from typing import Any, TypeAlias

from benchmarks.contender import Contender, json_line
from benchmarks.samples import SampleTurn

UTC = timezone.utc
Row: TypeAlias = "tuple[Any, ...]"

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
loads = json.loads


class RawContender(Contender):
    """Hand-written statements on the bare driver."""

    own_tables = False

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._local = threading.local()
        self._connections: list[Any] = []

    @abstractmethod
    def connect(self) -> Any:
        """A new driver connection, ready for use."""

    @property
    def connection(self) -> Any:
        """This thread's connection."""
        try:
            return self._local.connection
        except AttributeError:
            connection = self._local.connection = self.connect()
            self._connections.append(connection)
            return connection

    def close(self) -> None:
        super().close()
        for connection in self._connections:
            connection.close()

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        self.save_user(session_id, turn)
        self.save_assistant(session_id, turn)

    @abstractmethod
    def save_user(self, session_id: str, turn: SampleTurn) -> None:
        """Store the user's message in a transaction of its own."""

    @abstractmethod
    def save_assistant(self, session_id: str, turn: SampleTurn) -> None:
        """Store the assistant's message and its tool calls in a transaction of their own."""


def messages_of(
    rows: Iterable[Row], time: Callable[[Any], datetime] | None = None
) -> list[dict[str, Any]]:
    """Messages from the rows of a join that has one row a tool call.

    Args:
        rows: position, id, role, content, parts, timestamp, response_type, response, metadata;
            then the call's position, id, call_id, tool_name, arguments, result, success,
            timestamp, completed_at.
        time: makes an aware datetime of a column, where the driver has not.
    """
    messages: list[dict[str, Any]] = []
    for row in rows:
        (
            position,
            message_id,
            role,
            content,
            parts,
            timestamp,
            response_type,
            response,
            metadata,
            call_position,
            call_record_id,
            call_id,
            tool_name,
            arguments,
            result,
            success,
            call_timestamp,
            completed_at,
        ) = row
        if not call_position:
            calls: list[dict[str, Any]] = []
            messages.append(
                {
                    "position": position,
                    "id": message_id,
                    "role": role,
                    "content": content,
                    "parts": None if parts is None else loads(parts),
                    "timestamp": timestamp if time is None else time(timestamp),
                    "response_type": response_type,
                    "response": None if response is None else loads(response),
                    "metadata": loads(metadata),
                    "tool_calls": calls,
                }
            )
            if call_position is None:
                continue
        if time is not None:
            call_timestamp = time(call_timestamp)
            completed_at = None if completed_at is None else time(completed_at)
        calls.append(
            {
                "position": call_position,
                "id": call_record_id,
                "call_id": call_id,
                "tool_name": tool_name,
                "arguments": loads(arguments),
                "result": None if result is None else loads(result),
                "success": None if success is None else bool(success),
                "timestamp": call_timestamp,
                "completed_at": completed_at,
            }
        )
    return messages


def write_conversations(rows: Iterable[Row], write: Callable[[bytes], Any]) -> int:
    """Write the rows of a join over all sessions as agentstore's exported form.

    Args:
        rows: session_id, its metadata, the message's position, role, content, response_type,
            the call's position, call_id, tool_name, arguments, result; in order.
        write: takes each line.
    """
    count = 0
    for _, session_rows in groupby(rows, key=lambda row: row[0]):
        messages: list[dict[str, Any]] = []
        for _, metadata, _position, role, content, response_type, *call in session_rows:  # noqa: B007
            call_position, call_id, tool_name, arguments, result = call
            if not call_position:
                message = {"role": role, "content": content}
                if response_type is not None:
                    message["response_type"] = response_type
                messages.append(message)
                count += 1
            if call_position is None:
                continue
            function = {"name": tool_name, "arguments": arguments}
            message.setdefault("tool_calls", []).append(
                {"id": call_id, "type": "function", "function": function}
            )
            messages.append(
                {
                    "role": "tool",
                    "tool_call_id": call_id,
                    "content": result,
                    "_agentstore": {"result": "json"},
                }
            )
        write(json_line({**loads(metadata), "messages": messages}))
    return count


def sessions_of(
    rows: Iterable[Row], time: Callable[[Any], datetime] | None = None
) -> Sequence[dict[str, Any]]:
    """Sessions from rows of all their columns."""

    def read(value: Any) -> Any:
        return value if time is None or value is None else time(value)

    return [
        {
            "id": session_id,
            "created_at": read(created_at),
            "updated_at": read(updated_at),
            "active": bool(active),
            "metadata": loads(metadata),
            "tenant_id": tenant_id,
            "user_id": user_id,
            "title": title,
            "archived_at": read(archived_at),
            "pinned_at": read(pinned_at),
            "last_message_at": read(last_message_at or updated_at),
            "trashed_at": read(trashed_at),
        }
        for (
            session_id,
            created_at,
            updated_at,
            active,
            metadata,
            tenant_id,
            user_id,
            title,
            archived_at,
            pinned_at,
            last_message_at,
            trashed_at,
        ) in rows
    ]


def entry(user_id: str) -> str:
    """The index entry of a session's user."""
    return dumps(["user_id", user_id])
