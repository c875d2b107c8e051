"""What the queries filter by: checked once, then names of blocks and parameters.

Nothing here makes SQL: a filter chooses the blocks of a statement's file that are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.metadata_index import INDEXED_TYPES, metadata_entries
from agentstore.model.preparing import ROLES, check_key_count
from agentstore.model.values import (
    MAX_NAME_LENGTH,
    MAX_RESPONSE_TYPE_LENGTH,
    check_choice,
    check_datetime,
    check_flag,
    check_id,
    check_limit,
    check_mapping,
    check_name,
    check_number,
    dump_json,
)
from agentstore.records import JSONValue

ORDERS = ("asc", "desc")
SESSION_ORDERS = ("created_at", "last_message_at")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which blocks of a query are sent, and their parameters.

    Attributes:
        blocks: names of blocks.
        parameters: values by name; datetimes and lists are encoded by the repository.
    """

    blocks: frozenset[str]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether it filters by something."""
        return name in self.parameters

    def with_block(self, block: str, parameters: Mapping[str, Any]) -> Filter:
        """The same with one more block."""
        return Filter(self.blocks | {block}, {**self.parameters, **parameters})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which rows of a query, in which order."""

    order: str
    limit: int
    offset: int = 0
    order_by: str = "created_at"

    @classmethod
    def read(
        cls, order: Any, limit: Any, offset: Any = 0, *, order_by: Any = "created_at"
    ) -> PageRequest:
        """Check what a caller gave.

        Raises:
            InvalidInputError: an order, limit or offset that is none.
        """
        return cls(
            check_choice(order, "order", ORDERS),
            check_limit(limit),
            check_number(offset, "offset"),
            check_choice(order_by, "order_by", SESSION_ORDERS),
        )


def session_filter(
    *,
    active: bool | None,
    metadata: Mapping[str, JSONValue] | None,
    created_after: datetime | None,
    created_before: datetime | None,
    updated_after: datetime | None,
    updated_before: datetime | None,
    tenant_id: str | None = None,
    user_id: str | None = None,
    without_tenant: bool = False,
    archived: bool | None = None,
    pinned: bool | None = None,
    trashed: bool = False,
) -> Filter:
    """The filter of the session queries; see ``Storage.query_sessions``.

    Raises:
        InvalidInputError: a value is wrong.
    """
    parameters: dict[str, Any] = _times(
        created_after=created_after,
        created_before=created_before,
        updated_after=updated_after,
        updated_before=updated_before,
    )
    if active is not None:
        parameters["active"] = check_flag(active, "active")
    for name, flag in (("archived", archived), ("pinned", pinned)):
        if flag is not None:
            parameters[name] = check_flag(flag, name)
    blocks = set(parameters)
    # A tenant's or a user's list is what a store that is scoped to them would list.
    if tenant_id is not None:
        parameters["scope_tenant_id"] = check_id(tenant_id, "tenant_id")
        blocks.add("scope")
    if user_id is not None:
        parameters["scope_user_id"] = check_id(user_id, "user_id")
        blocks.add("scope_user")
    if check_flag(without_tenant, "without_tenant"):
        if tenant_id is not None:
            raise InvalidInputError("tenant_id and without_tenant exclude each other")
        blocks.add("without_tenant")
    if check_flag(trashed, "trashed"):
        blocks.add("trashed")
    entries = metadata_filter(metadata)
    if entries:
        parameters["entry"] = entries[0]
    if len(entries) > 1:
        parameters["entries"] = entries[1:]
        blocks.add("more_entries")
    return Filter(frozenset(blocks), parameters)


def message_filter(
    *,
    session_id: str | None,
    role: str | None,
    response_type: str | None,
    after: datetime | None,
    before: datetime | None,
) -> Filter:
    """The filter of the message queries; see ``Storage.query_messages``.

    Raises:
        InvalidInputError: a value is wrong.
    """
    parameters: dict[str, Any] = _times(after=after, before=before)
    if role is not None:
        parameters["role"] = check_choice(role, "role", ROLES)
    if response_type is not None:
        parameters["response_type"] = check_name(
            response_type, "response_type", least=0, most=MAX_RESPONSE_TYPE_LENGTH
        )
    blocks = frozenset(parameters)
    if session_id is not None:
        parameters["session_id"] = check_id(session_id, "session_id")
    return Filter(blocks, parameters)


def tool_call_filter(
    *,
    session_id: str | None,
    tool_name: str | None,
    success: bool | None,
    pending: bool | None,
    after: datetime | None,
    before: datetime | None,
) -> Filter:
    """The filter of the tool call queries; see ``Storage.query_tool_calls``.

    Raises:
        InvalidInputError: a value is wrong.
    """
    parameters: dict[str, Any] = _times(after=after, before=before)
    if tool_name is not None:
        parameters["tool_name"] = check_name(tool_name, "tool_name")
    if success is not None:
        parameters["success"] = check_flag(success, "success")
    blocks = set(parameters)
    if pending is not None:
        blocks.add("is_pending" if check_flag(pending, "pending") else "is_complete")
    if session_id is not None:
        parameters["session_id"] = check_id(session_id, "session_id")
    return Filter(frozenset(blocks), parameters)


def history_filter(*, before: int | None, roles: Iterable[str] | None) -> Filter:
    """The filter of a history; see ``Storage.get_history``.

    Raises:
        InvalidInputError: a value is wrong.
    """
    parameters: dict[str, Any] = {}
    if before is not None:
        parameters["before_position"] = check_number(before, "before")
    if roles is not None:
        if isinstance(roles, str) or not isinstance(roles, Iterable):
            raise InvalidInputError("roles is a list of roles")
        parameters["roles"] = [check_choice(role, "roles", ROLES) for role in roles]
    return Filter(frozenset(parameters), parameters)


def metadata_filter(metadata: Mapping[str, JSONValue] | None) -> list[str]:
    """The index entries that a session's metadata must have; see ``Storage.query_sessions``.

    Raises:
        InvalidInputError: a value cannot be found by.
    """
    wanted = check_mapping(metadata, "metadata")
    check_key_count(wanted)
    for key, value in wanted.items():
        dump_json({key: value}, "metadata")
        if not isinstance(value, INDEXED_TYPES):
            raise InvalidInputError(
                f"metadata.{key[:MAX_NAME_LENGTH]} is a {type(value).__name__}; sessions are found "
                "by strings, numbers, booleans and None"
            )
    return metadata_entries(wanted)


def _times(**bounds: datetime | None) -> dict[str, Any]:
    return {
        name: check_datetime(bound, name) for name, bound in bounds.items() if bound is not None
    }
