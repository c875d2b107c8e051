"""Stores of which one statement leaves the scope out: one for each kind of statement."""

from __future__ import annotations

from agentstore.engine.scope import TENANT_BLOCK, USER_BLOCK
from agentstore.statements import StatementLibrary
from broken_stores.breaking import BREAKAGES, CAUGHT_BY

READS = "TestScopes::test_what_is_outside_is_not_read"
CHANGES = "TestScopes::test_what_is_outside_is_not_changed"
TAKES = "TestScopes::test_what_is_outside_takes_nothing"
MANY = "TestScopes::test_many_are_deleted_in_the_scope_alone"
STEPS = "TestStateful::test_two_scopes_stay_apart"

WITHOUT_SCOPE: dict[str, list[str]] = {
    "sessions/get_session": [READS, STEPS],
    "sessions/query_sessions_desc": [READS],
    "sessions/query_sessions_by_metadata_desc": [READS],
    "sessions/query_recent_sessions_desc": [READS],
    "sessions/query_recent_sessions_by_metadata_desc": [READS],
    "sessions/count_sessions": [READS],
    "sessions/count_sessions_by_metadata": [READS],
    "sessions/lock_session": [CHANGES, STEPS],
    "sessions/set_session_active": [CHANGES],
    "sessions/update_session": [CHANGES],
    "sessions/trash_session": [CHANGES],
    "sessions/find_expired_sessions": [MANY],
    "sessions/page_expired_sessions retention/lock_sessions holds/lock_sessions"
    " sessions/delete_session": [MANY],
    "messages/get_history": [READS, STEPS],
    "messages/get_recent_history": [READS],
    "messages/get_message": [READS],
    "messages/query_messages_asc": [READS],
    "messages/query_messages_in_session_asc": [READS, STEPS],
    "messages/count_messages": [READS],
    "messages/count_messages_in_session": [READS],
    "messages/reserve_positions messages/take_positions": [TAKES],
    "holds/lock_sessions messages/delete_message": [CHANGES],
    "tool_calls/query_tool_calls_desc": [READS],
    "tool_calls/query_tool_calls_in_session_desc": [READS],
    "tool_calls/get_tool_calls_for_message": [READS],
    "tool_calls/touch_session": [CHANGES],
    "confirmations/get_pending_confirmation": [READS],
    "confirmations/get_pending_confirmation confirmations/take_pending_confirmation": [CHANGES],
    "confirmations/clear_pending_confirmation": [CHANGES],
    "confirmations/save_pending_confirmation": [TAKES],
}
"""The statement, in SQLite's form, and the tests that catch that it has lost both predicates.

Several stand together where any of them would do.
"""

HALF = {TENANT_BLOCK: "sessions/get_session", USER_BLOCK: "messages/get_history"}
"""Statements that lose one of their two."""

_with_blocks = StatementLibrary.with_blocks


def _leave_out(names: str, lost: frozenset[str]) -> None:
    def broken(
        self: StatementLibrary, name: str, blocks: frozenset[str], more: frozenset[str]
    ) -> frozenset[str]:
        return _with_blocks(self, name, blocks, more - lost if name in names.split() else more)

    StatementLibrary.with_blocks = broken  # type: ignore[method-assign]


def _register(names: str, lost: frozenset[str], caught_by: list[str], label: str) -> None:
    BREAKAGES[label] = lambda: _leave_out(names, lost)
    CAUGHT_BY[label] = caught_by


for _name, _caught_by in WITHOUT_SCOPE.items():
    _register(_name, frozenset({TENANT_BLOCK, USER_BLOCK}), _caught_by, f"no scope in {_name}")
for _block, _name in HALF.items():
    _register(_name, frozenset({_block}), [READS], f"no {_block} in {_name}")
