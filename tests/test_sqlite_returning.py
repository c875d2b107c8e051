"""SQLite before 3.35, as RHEL 9 has it, knows no RETURNING: turns are saved there all the same."""

from __future__ import annotations

import pytest

import agentstore
from agentstore import NewMessage, SessionNotFoundError
from agentstore.repositories import sqlite
from agentstore.statements import load


@pytest.mark.parametrize("knows_returning", [True, False])
def test_turns_take_one_position_after_the_other(
    monkeypatch: pytest.MonkeyPatch, knows_returning: bool
) -> None:
    monkeypatch.setattr(sqlite, "_KNOWS_RETURNING", knows_returning)
    with agentstore.connect("sqlite://") as store:
        session_id = store.create_session()
        store.save_user_message(session_id, "0")
        store.save_messages(session_id, [NewMessage("user", "1"), NewMessage("user", "2")])
        with pytest.raises(SessionNotFoundError):
            store.save_user_message("nobody", "3")
        store.save_user_message(session_id, "3")
        history = store.get_history(session_id)
    assert [(message.position, message.content) for message in history] == [
        (position, str(position)) for position in range(4)
    ]


def test_both_statements_are_the_same_but_for_the_answer() -> None:
    statements = load("sqlite")
    reserve, take = (
        statements[f"messages/{name}_positions"].render().partition("*/ ")[2]
        for name in ("reserve", "take")
    )
    assert take == f"{reserve} RETURNING next_position - :count AS first_position"
