"""What every part of a repository stands on: the statements, the executor, the encoding."""

from __future__ import annotations

import json
from bisect import insort
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from operator import attrgetter
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from agentstore.connections.base import Connection, Row
from agentstore.execution import Executor
from agentstore.filters import Filter
from agentstore.records import JSONValue, Message, PendingConfirmation, Session, ToolCall
from agentstore.values import (
    UTC,
    escape_text,
    load_json,
    needs_escape,
    unescape_text,
)

P = ParamSpec("P")
R = TypeVar("R", bound="RepositoryCore")
T = TypeVar("T")
_position = attrgetter("position")


def as_one_call(method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """A method of a repository whose operations together keep to the time limit of a call."""

    @wraps(method)
    def call(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.executor.one_call():
            return method(self, *args, **kwargs)

    return call


class RepositoryCore:
    """The executor, and how values travel to the database and back.

    Args:
        executor: runs the operations.
    """

    has_times_and_lists: ClassVar[bool] = False
    """Does the database take datetimes and lists as parameters? Else they travel as text."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def write_time(self, value: datetime) -> Any:
        """A UTC datetime as a parameter."""
        if self.has_times_and_lists:
            return value
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")

    def read_time(self, value: Any) -> datetime:
        """A UTC datetime from a column."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return datetime.fromisoformat(value).replace(tzinfo=UTC)

    def write_list(self, values: list[str]) -> Any:
        """A list of strings as one parameter."""
        return values if self.has_times_and_lists else json.dumps(values, ensure_ascii=False)

    def write_filter(self, filter_: Filter, **more: Any) -> dict[str, Any]:
        """A filter's parameters, ready to be sent, and some more."""
        parameters = {**filter_.parameters, **more}
        for name, value in parameters.items():
            if isinstance(value, datetime):
                parameters[name] = self.write_time(value)
            elif isinstance(value, list):
                parameters[name] = self.write_list(value)
        return parameters

    def read(
        self,
        name: str,
        parameters: Mapping[str, Any],
        blocks: frozenset[str] = frozenset(),
    ) -> list[Row]:
        """Fetch the rows of one reading statement."""
        return self.executor.read(lambda connection: connection.rows(name, parameters, blocks))

    def change(self, name: str, parameters: Mapping[str, Any]) -> int:
        """Run one writing statement; says how many rows it found."""

        def operation(connection: Connection) -> int:
            return connection.count(name, parameters)

        return self.executor.write(operation, atomic=self.queues_writers)

    queues_writers: ClassVar[bool] = False
    """Must even a single writing statement be in a transaction, so that writers queue?"""

    @staticmethod
    def write_text(text: str) -> tuple[str, bool]:
        """Any text as (what is stored, whether it is escaped)."""
        return (escape_text(text), True) if needs_escape(text) else (text, False)

    @staticmethod
    def read_text(text: str, escaped: Any) -> str:
        """The text that `write_text` wrote."""
        return unescape_text(text) if escaped else text

    def read_session(self, row: Row) -> Session:
        """A session from its row."""
        session_id, created_at, updated_at, active, metadata = row
        return Session(
            session_id,
            self.read_time(created_at),
            self.read_time(updated_at),
            bool(active),
            load_json(metadata),
        )

    def read_messages(self, rows: list[Row]) -> list[Message]:
        """Messages with their tool calls from rows in the order of the messages: one a call."""
        messages: list[Message] = []
        for row in rows:
            if messages and messages[-1].id == row[2]:
                # A further call of the message before; MySQL does not sort them (get_history).
                insort(messages[-1].tool_calls, self._read_joined_call(row), key=_position)
                continue
            messages.append(
                Message(
                    id=row[2],
                    session_id=row[0],
                    position=row[1],
                    role=row[3],
                    content=self.read_text(row[4], row[5]),
                    parts=None if row[6] is None else load_json(row[6]),
                    timestamp=self.read_time(row[7]),
                    response_type=row[8],
                    response=None if row[9] is None else load_json(row[9]),
                    metadata=load_json(row[10]),
                    tool_calls=[] if row[11] is None else [self._read_joined_call(row)],
                )
            )
        return messages

    def _read_joined_call(self, row: Row) -> ToolCall:
        return self.read_tool_call(
            (row[12], row[0], row[2], row[11], *row[13:21]),
        )

    def read_tool_call(self, row: Row) -> ToolCall:
        """A tool call from its row."""
        return ToolCall(
            id=row[0],
            session_id=row[1],
            message_id=row[2],
            position=row[3],
            call_id=row[4],
            tool_name=row[5],
            arguments=load_json(row[6]),
            result=None if row[7] is None else load_json(row[7]),
            success=None if row[8] is None else bool(row[8]),
            timestamp=self.read_time(row[9]),
            completed_at=None if row[10] is None else self.read_time(row[10]),
        )

    def read_confirmation(self, row: Row) -> PendingConfirmation:
        """A pending confirmation from its row."""
        arguments: JSONValue = load_json(row[3])
        return PendingConfirmation(
            id=row[0],
            session_id=row[1],
            tool_name=row[2],
            arguments=arguments,
            user_message=self.read_text(row[4], row[5]),
            timestamp=self.read_time(row[6]),
        )
