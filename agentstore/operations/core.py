"""What every operation stands on: the statements, the executor, the encoding of values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from agentstore.engine.batch import Step
from agentstore.engine.connection import Row
from agentstore.engine.executor import Executor
from agentstore.engine.scope import Scope
from agentstore.model.filters import Filter
from agentstore.model.values import escape_text, needs_escape
from agentstore.statements import StatementLibrary

LARGE = 90_000
"""Characters from which a database may refuse a write for its size, after a part was written. A
mebibyte is the least that MySQL servers take, and an escaped emoji is eleven bytes on its way."""

P = ParamSpec("P")
R = TypeVar("R", bound="OperationsCore")
T = TypeVar("T")


def shares_deadline(method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """A method whose operations together keep to the deadline of one call."""

    @wraps(method)
    def call(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if not self.executor.begin_call():
            return method(self, *args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        finally:
            self.executor.end_call()

    return call


class OperationsCore:
    """The executor, and how values travel to the database and back.

    Args:
        executor: runs the operations.
    """

    has_times_and_lists: ClassVar[bool] = False
    """Does the database take datetimes and lists as parameters? Else they travel as text."""

    scope: Scope | None = None
    """The tenant or user whose conversations the operations work on; None for all."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        # Most times of a turn are one and the same. A pair, so that threads see both or neither.
        self._last_time: tuple[datetime | None, str] = (None, "")

    def write_time(self, value: datetime) -> Any:
        """A UTC datetime as a parameter."""
        if self.has_times_and_lists:
            return value
        known, text = self._last_time
        if value is not known:
            text = value.replace(tzinfo=None).isoformat(" ", "microseconds")
            self._last_time = (value, text)
        return text

    def write_list(self, values: list[str]) -> Any:
        """A list of strings as one parameter."""
        return values if self.has_times_and_lists else json.dumps(values, ensure_ascii=False)

    @classmethod
    def statement_library(cls) -> StatementLibrary:
        """The dialect's statements."""
        raise NotImplementedError

    @classmethod
    def deletions_of_extensions(cls) -> list[str]:
        """The statements that delete what extensions keep of sessions in tables of their own."""
        return [name for name in cls.statement_library() if "/delete_of_sessions" in name]

    def statements_named(self, name: str) -> list[str]:
        """Statements of all folders: what extensions keep is known by files of theirs."""
        return [found for found in self.statement_library() if found.endswith(f"/{name}")]

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
        return self.executor.read_rows(name, parameters, blocks)

    def change(
        self,
        name: str,
        parameters: Mapping[str, Any],
        blocks: frozenset[str] = frozenset(),
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> int:
        """Run one writing statement; says how many rows it found."""
        steps = [Step(name, parameters, blocks)]
        return self.executor.write_batch(steps, undoable=undoable, on_retry=on_retry)[0]

    @staticmethod
    def write_text(text: str) -> tuple[str, bool]:
        """Any text as (what is stored, whether it is escaped)."""
        return (escape_text(text), True) if needs_escape(text) else (text, False)
