"""Which statements keep to a scope: all, but for those that are listed here with the reason.

Those of extensions are listed in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from agentstore.engine.scope import TENANT_BLOCK, USER_BLOCK
from agentstore.statements import StatementLibrary

NEEDS_NO_SCOPE: Mapping[str, str] = {
    "erasure/count_of_sessions": "behind lock_sessions",
    "erasure/erase_message": "behind lock_sessions",
    "erasure/erase_tool_calls": "behind lock_sessions",
    "erasure/find_holds_of_user": "a hold of every tenant keeps a scoped user, too",
    "erasure/finish_receipt": "of an erasure's own receipt",
    "erasure/insert_receipt": "it makes a receipt, with the scope's tenant",
    "erasure/lock_receipt": "of an erasure's own receipt",
    "erasure/query_receipts": "of a tenant, as a user's store is refused",
    "erasure/update_receipt": "of an erasure's own receipt",
    "holds/close_gate": "the gate is one",
    "holds/find_place_of_message": "before lock_sessions, which has it",
    "holds/insert_hold": "it makes a hold, with the scope's tenant",
    "holds/lock_gate": "the gate is one",
    "holds/uncount_hold": "behind release_hold",
    "messages/find_messages": "ids are unique in the database: it tells that one is taken",
    "messages/forget_positions": "no table",
    "messages/get_first_position": "behind reserve_positions, under the lock of the session's row",
    "messages/insert_message": "behind reserve_positions, under the lock of the session's row",
    "messages/insert_messages": "behind reserve_positions, under the lock of the session's row",
    "messages/lock_ids": "no table",
    "retention/bytes_of_sessions": "behind find_idle_sessions or find_trashed_sessions",
    "retention/count_unfilled_sessions": "of fill(), which is the whole store's",
    "retention/find_entries": "behind find_idle_sessions, find_trashed_sessions or lock_sessions",
    "retention/trash_sessions": "behind lock_sessions",
    "sessions/create_session": "it makes a session, with the scope's tenant and user",
    "sessions/assign_sessions": "of sessions without a tenant, which no scope has",
    "sessions/fill_sessions": "of fill(), which is the whole store's",
    "sessions/find_unassigned_sessions": "of sessions without a tenant, which no scope has",
    "sessions/find_unfilled_sessions": "of fill(), which is the whole store's",
    "sessions/insert_session": "it makes a session, with the scope's tenant and user",
    "tool_calls/find_tool_calls": "ids are unique in the database: it tells that one is taken",
    "tool_calls/insert_tool_calls": "behind reserve_positions, under the lock of the session's row",
    "tool_calls/insert_turn_tool_calls": "behind reserve_positions, as insert_message",
    "tool_calls/save_tool_result": "in a batch behind touch_session, which ends it",
}
"""Statements on conversations that work without a block for the scope, and why they may."""

_FOLDERS = (
    "confirmations/",
    "erasure/",
    "holds/",
    "messages/",
    "retention/",
    "sessions/",
    "tool_calls/",
)


@cache
def statements_without_scope(statements: StatementLibrary) -> tuple[str, ...]:
    """The names of the core's statements that lack the blocks of a scope and are not excused."""
    return tuple(
        name
        for name, statement in statements.items()
        if name.startswith(_FOLDERS)
        and name not in NEEDS_NO_SCOPE
        and not {TENANT_BLOCK, USER_BLOCK} <= set(statement.blocks)
    )
