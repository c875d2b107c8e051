"""The tables that a copy takes: one description for reading, writing, archive and checksum.

The order is that in which they are written: what others hang on comes before them, and holds come
first, so that what they keep is never there without them. What is no conversation of anybody's
stays behind: the index of sessions' metadata, which is made anew, the gate of holds, migrations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from agentstore.records import JSONValue
from agentstore.statements import NO_BLOCKS

Value: TypeAlias = "str | int | float | bool | bytes | datetime | None"
Values: TypeAlias = "tuple[Value, ...]"
"""A row: its values in the order of the table's columns."""

Key: TypeAlias = "tuple[str | int, ...]"


class Kind(Enum):
    """What a column holds, whatever the dialect makes of it."""

    TEXT = "text"
    JSON = "json"
    """The text of a JSON value, kept to the letter: the order of keys and 1.0 survive."""
    TIME = "time"
    FLAG = "flag"
    INTEGER = "integer"
    REAL = "real"
    BYTES = "bytes"

    __hash__ = object.__hash__  # Enum's is a call of Python, and each row asks for some


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds, whether it may be None, and what its JSON has to be."""

    kind: Kind
    may_be_none: bool = False
    is_one: Callable[[JSONValue], bool] = lambda value: True


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the store.

    Attributes:
        name: its name, without the prefix that all have; in statements' names too.
        columns: its columns in the order of rows; the first ones are the key.
        key_length: how many they are.
        session: the column that names the session it hangs on; '' where it hangs on none.
        has_ids: whether ``id`` is another key of it, over all sessions.
        source_blocks: what leaves those rows out, where rows are found by key, that no copy takes.
        places: where each column stands in a row.
        by_kind: where the columns of each kind stand.
        escaped: where a text stands, and the flag that says that it has Python's escapes.
    """

    name: str
    columns: Mapping[str, Column]
    key_length: int = 1
    session: str = ""
    has_ids: bool = False
    source_blocks: frozenset[str] = NO_BLOCKS
    places: Mapping[str, int] = field(init=False)
    by_kind: Mapping[Kind, tuple[int, ...]] = field(init=False)
    escaped: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        places = {name: place for place, name in enumerate(self.columns)}
        kinds = [column.kind for column in self.columns.values()]
        by_kind = {
            kind: tuple(place for place, found in enumerate(kinds) if found is kind)
            for kind in Kind
        }
        escaped = tuple(
            (place, places[f"{name}_escaped"])
            for name, place in places.items()
            if f"{name}_escaped" in places
        )
        object.__setattr__(self, "escaped", escaped)
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "by_kind", by_kind)

    @property
    def key(self) -> Mapping[str, Column]:
        """The columns of its key, in order."""
        return dict(list(self.columns.items())[: self.key_length])

    @property
    def first_key(self) -> Key:
        """A key before all others."""
        return tuple(-1 if column.kind is Kind.INTEGER else "" for column in self.key.values())

    def key_of(self, row: Values) -> Key:
        """The key of a row."""
        return row[: self.key_length]  # type: ignore[return-value]

    def value(self, row: Values, name: str) -> Value:
        """A row's value of a column."""
        return row[self.places[name]]

    def named(self, row: Values) -> dict[str, Value]:
        """A row's values by column."""
        return dict(zip(self.columns, row, strict=True))

    def differing(self, row: Values, other: Values) -> Iterator[str]:
        """The columns in which two rows differ."""
        for name, value, other_value in zip(self.columns, row, other, strict=True):
            if value != other_value:
                yield name


def _are_pairs(value: JSONValue) -> bool:
    """Whether it is a list of pairs of texts."""
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)
        for pair in value
    )


TEXT, TEXT_OR_NONE = Column(Kind.TEXT), Column(Kind.TEXT, may_be_none=True)
JSON, JSON_OR_NONE = Column(Kind.JSON), Column(Kind.JSON, may_be_none=True)
OBJECT = Column(Kind.JSON, is_one=lambda value: isinstance(value, dict))
PAIRS = Column(Kind.JSON, is_one=_are_pairs)
TIME, TIME_OR_NONE = Column(Kind.TIME), Column(Kind.TIME, may_be_none=True)
FLAG, FLAG_OR_NONE = Column(Kind.FLAG), Column(Kind.FLAG, may_be_none=True)
INTEGER, REAL, BYTES = Column(Kind.INTEGER), Column(Kind.REAL), Column(Kind.BYTES)

HOLDS = Table(
    "holds",
    {
        "id": TEXT,
        "reason": TEXT,
        "session_id": TEXT_OR_NONE,
        "user_id": TEXT_OR_NONE,
        "tenant_id": TEXT_OR_NONE,
        "placed_at": TIME,
        "released_at": TIME_OR_NONE,
    },
)
SESSIONS = Table(
    "sessions",
    {
        "id": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
        "active": FLAG,
        "next_position": INTEGER,
        "metadata": OBJECT,
        "tenant_id": TEXT,
        "user_id": TEXT,
        "title": TEXT_OR_NONE,
        "archived_at": TIME_OR_NONE,
        "pinned_at": TIME_OR_NONE,
        "last_message_at": TIME_OR_NONE,
        "trashed_at": TIME_OR_NONE,
        "creation_token": TEXT_OR_NONE,
        "holds": INTEGER,
    },
    session="id",
)
MESSAGES = Table(
    "messages",
    {
        "session_id": TEXT,
        "position": INTEGER,
        "id": TEXT,
        "role": TEXT,
        "content": TEXT,
        "content_escaped": FLAG,
        "parts": JSON_OR_NONE,
        "timestamp": TIME,
        "response_type": TEXT_OR_NONE,
        "response": JSON_OR_NONE,
        "metadata": OBJECT,
    },
    key_length=2,
    session="session_id",
    has_ids=True,
)
TOOL_CALLS = Table(
    "tool_calls",
    {
        "session_id": TEXT,
        "message_position": INTEGER,
        "position": INTEGER,
        "id": TEXT,
        "message_id": TEXT,
        "call_id": TEXT_OR_NONE,
        "tool_name": TEXT,
        "arguments": JSON,
        "result": JSON_OR_NONE,
        "success": FLAG_OR_NONE,
        "timestamp": TIME,
        "completed_at": TIME_OR_NONE,
    },
    key_length=3,
    session="session_id",
    has_ids=True,
)
PENDING_CONFIRMATIONS = Table(
    "pending_confirmations",
    {
        "session_id": TEXT,
        "id": TEXT,
        "tool_name": TEXT,
        "arguments": JSON,
        "user_message": TEXT,
        "user_message_escaped": FLAG,
        "timestamp": TIME,
    },
    session="session_id",
    source_blocks=frozenset({"untaken"}),
)
CHECKPOINTS = Table(
    "checkpoints",
    {
        "thread_id": TEXT,
        "namespace_key": TEXT,
        "checkpoint_id": TEXT,
        "parent_id": TEXT_OR_NONE,
        "namespace": TEXT,
        "channel_versions": JSON,
        "checkpoint_type": TEXT,
        "checkpoint_bytes": BYTES,
        "metadata_type": TEXT,
        "metadata_bytes": BYTES,
    },
    key_length=3,
    session="thread_id",
)
CHECKPOINT_BLOBS = Table(
    "checkpoint_blobs",
    {
        "thread_id": TEXT,
        "namespace_key": TEXT,
        "channel_key": TEXT,
        "channel_version": TEXT,
        "value_type": TEXT,
        "value_bytes": BYTES,
    },
    key_length=4,
    session="thread_id",
)
CHECKPOINT_WRITES = Table(
    "checkpoint_writes",
    {
        "thread_id": TEXT,
        "namespace_key": TEXT,
        "checkpoint_id": TEXT,
        "task_id": TEXT,
        "idx": INTEGER,
        "channel_name": TEXT,
        "task_path": TEXT,
        "value_type": TEXT,
        "value_bytes": BYTES,
    },
    key_length=5,
    session="thread_id",
)
CHECKPOINT_METADATA = Table(
    "checkpoint_metadata",
    {"thread_id": TEXT, "namespace_key": TEXT, "checkpoint_id": TEXT, "entry": TEXT},
    key_length=4,
    session="thread_id",
)
ADK_SESSIONS = Table(
    "adk_sessions",
    {
        "session_id": TEXT,
        "app_key": TEXT,
        "user_key": TEXT,
        "last_update_time": REAL,
        "marker": TEXT,
        "session_state": OBJECT,
    },
    session="session_id",
)
ADK_STATES = Table(
    "adk_states",
    {"app_key": TEXT, "user_key": TEXT, "name_key": TEXT, "entry": JSON},
    key_length=3,
)
ERASURE_RECEIPTS = Table(
    "erasure_receipts",
    {
        "id": TEXT,
        "user_digest": TEXT,
        "tenant_id": TEXT_OR_NONE,
        "started_at": TIME,
        "finished_at": TIME_OR_NONE,
        "deleted_rows": OBJECT,
        "held": INTEGER,
        "remains": PAIRS,
    },
)

OF_SESSIONS = (
    MESSAGES,
    TOOL_CALLS,
    PENDING_CONFIRMATIONS,
    CHECKPOINTS,
    CHECKPOINT_BLOBS,
    CHECKPOINT_WRITES,
    CHECKPOINT_METADATA,
    ADK_SESSIONS,
)
"""What hangs on a session, in the order in which it is written."""

TABLES = (HOLDS, SESSIONS, *OF_SESSIONS, ADK_STATES, ERASURE_RECEIPTS)
"""All of them, in the order in which they are written."""

BY_NAME = {table.name: table for table in TABLES}
