"""The scope is in the statements: no file on conversations lacks its blocks but for a reason."""

from __future__ import annotations

import re

import pytest
from statement_files import DIALECTS, EXPLAINED

from agentstore.dialects.registry import load_statements
from agentstore.engine.batch import Step
from agentstore.engine.scope import TENANT_BLOCK, USER_BLOCK, Scope, in_scope
from agentstore.operations.scoping import NEEDS_NO_SCOPE, statements_without_scope

FOLDERS = tuple(folder for folder in EXPLAINED if folder != "copies")
"""Where a scope counts: a copy is the whole store's, with what hangs on the sessions it chose."""

OF_EXTENSIONS = {
    "adk/get_states": "the keys of a scoped store's states begin with the tenant",
    "adk/put_state": "the keys of a scoped store's states begin with the tenant",
    "adk/put_states": "the keys of a scoped store's states begin with the tenant",
    "adk/delete_of_sessions": "behind sessions/delete_session, which ends the batch",
    "checkpoints/delete_of_sessions": "behind sessions/delete_session, which ends the batch",
    "checkpoints/delete_of_sessions_blobs": "behind sessions/delete_session, which ends the batch",
    "checkpoints/delete_of_sessions_checkpoints": "as delete_of_sessions_blobs",
    "checkpoints/delete_of_sessions_entries": "as delete_of_sessions_blobs",
    "checkpoints/delete_of_sessions_writes": "as delete_of_sessions_blobs",
    "adk/bytes_of_sessions": "behind retention/find_idle_sessions or find_trashed_sessions",
    "adk/count_of_sessions": "behind lock_sessions",
    "adk/delete_of_user": "behind adk/find_of_user",
    "adk/find_copies": "behind lock_sessions",
    "adk/find_of_user": "what is of another tenant, by its key, is left out behind it",
    "checkpoints/bytes_of_sessions": "as adk/bytes_of_sessions",
    "checkpoints/count_of_sessions": "behind lock_sessions",
    "checkpoints/find_copies": "behind lock_sessions",
    "checkpoints/find_sessions_to_make": "of fill(), which is the whole store's",
}
"""Statements of extensions that work without a block for the scope, and why they may."""

SEES_THE_TRASH = {
    "adk/delete_session": "it goes before the session, which is deleted in the trash, too",
    "erasure/count_held_sessions_of_user": "a user is erased in the trash, too",
    "erasure/find_holds_of_user": "of holds, which know no trash",
    "erasure/find_sessions_of_user": "a user is erased in the trash, too",
    "erasure/find_tenants_of_user": "a user is erased in the trash, too",
    "holds/count_hold": "a session in the trash can be held",
    "holds/find_hold": "of holds, which know no trash",
    "holds/query_holds": "of holds, which know no trash",
    "holds/release_hold": "of holds, which know no trash",
    "lookup/find_sessions_by_prefix": "each id it finds is looked up as it was asked for",
    "sessions/delete_metadata_entries": "behind lock_session",
    "sessions/delete_session": "it is deleted in the trash, too",
    "sessions/delete_session_confirmation": "as sessions/delete_session",
    "sessions/delete_session_metadata": "as sessions/delete_session",
    "sessions/delete_sessions": "behind find_expired_sessions; and by id, as delete_session",
    "sessions/find_creation": "what a call has created is its work in the trash, too",
    "sessions/insert_metadata_entries": "behind lock_session or insert_session",
}
"""Statements that find what is in the trash without being asked to, and why they may."""

EXCUSED = {**NEEDS_NO_SCOPE, **OF_EXTENSIONS}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_keeps_to_the_scope_or_says_why_not(dialect: str) -> None:
    library = load_statements(dialect)
    assert not statements_without_scope(library)
    for name, statement in library.items():
        if name.partition("/")[0] not in FOLDERS:
            continue
        assert ({TENANT_BLOCK, USER_BLOCK} <= set(statement.blocks)) != (name in EXCUSED), name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_leaves_the_trash_or_says_why_not(dialect: str) -> None:
    for name, statement in load_statements(dialect).items():
        if name.partition("/")[0] in FOLDERS and name not in EXCUSED:
            assert ("trashed_at" in statement.render()) != (name in SEES_THE_TRASH), name


@pytest.mark.parametrize("excused", [EXCUSED, SEES_THE_TRASH], ids=["scope", "trash"])
def test_what_is_excused_is_there(excused: dict[str, str]) -> None:
    assert set(excused) <= {name for dialect in DIALECTS for name in load_statements(dialect)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_block_of_the_scope_compares_with_its_parameter(dialect: str) -> None:
    for name, statement in load_statements(dialect).items():
        for block, column in ((TENANT_BLOCK, "tenant_id"), (USER_BLOCK, "user_id")):
            if block not in statement.blocks:
                continue
            text = statement.render(frozenset({block}))
            parameter = f"scope_{column}"
            assert parameter in statement.parameters_of(frozenset({block})), name
            equals = r"( = | OPERATOR \(pg_catalog\.=\) )"
            assert re.search(rf"{column}{equals}(:{parameter}\b|%\({parameter}\)s)", text), name


def test_a_scope_is_added_to_what_has_its_blocks() -> None:
    library = load_statements("sqlite")
    scope = Scope("acme", "ann")
    step = in_scope(
        Step("sessions/get_session", {"session_id": "s"}), scope.blocks, scope.parameters, library
    )
    assert step.blocks == {TENANT_BLOCK, USER_BLOCK}
    assert step.parameters == {
        "session_id": "s",
        "scope_tenant_id": "acme",
        "scope_user_id": "ann",
    }
    plain = Step("sessions/insert_session", {"session_id": "s"})
    assert in_scope(plain, scope.blocks, scope.parameters, library) is plain
