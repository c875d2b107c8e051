"""SQLite before 3.35, as RHEL 9 has it, knows no RETURNING: turns are saved there all the same.

And what many rows are bound by, which is no name.
"""

from __future__ import annotations

import pytest

import agentstore
from agentstore import NewMessage, SessionNotFoundError
from agentstore.dialects.registry import load_statements
from agentstore.dialects.sqlite import repository as sqlite
from agentstore.dialects.sqlite.connection import _by_position


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
    statements = load_statements("sqlite")
    reserve, take = (
        statements[f"messages/{name}_positions"].render().partition("*/ ")[2]
        for name in ("reserve", "take")
    )
    assert take == f"{reserve} RETURNING next_position - :count AS first_position"


@pytest.mark.parametrize("names", [("a",), ("part2", "part1", "part2")])
def test_rows_are_bound_by_position(names: tuple[str, ...]) -> None:
    text, values_of = _by_position(f"VALUES ({', '.join(f':{name}' for name in names)})")
    assert text == f"VALUES ({', '.join('?' for _ in names)})"
    row = {"a": "xyz", "part1": 1, "part2": 2, "more": 3}
    assert values_of(row) == tuple(row[name] for name in names)
