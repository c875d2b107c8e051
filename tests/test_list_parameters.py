"""Ids and names that a list parameter or a collation could lose: JSON in MySQL, an array, a pad.

MySQL and SQLite take a list as one JSON text and PostgreSQL as an array. The databases of the
tests are latin1 in MariaDB, where whatever does not state its character set loses an emoji.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from agentstore import InvalidInputError, MessageExistsError, NewMessage, Storage
from agentstore.records import Role

AWKWARD_IDS = [
    'a"b\\c😀',
    "it's",
    "{curly}",
    "[1,2]",
    "back\\slash",
    "comma,comma",
    "NULL",
    "%s %(id)s :id ?",
    "ß",
    "SS",
    "é",
    "e\u0301",
    "😀" * 191,
    "😀" * 190 + "😁",
]


def test_sessions_with_awkward_ids_are_deleted_together(store: Storage) -> None:
    for session_id in AWKWARD_IDS:
        store.create_session(id=session_id, metadata={"kept": False})
    kept = store.create_session(id="kept")
    for session_id in AWKWARD_IDS:
        store.close_session(session_id)
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    assert store.delete_sessions(updated_before=tomorrow) == len(AWKWARD_IDS)
    assert [session.id for session in store.query_sessions()] == [kept]


def test_messages_with_awkward_ids_are_found_again(store: Storage) -> None:
    session_id = store.create_session()
    turns = [
        NewMessage(
            "assistant",
            message_id,
            id=message_id,
            tool_calls=[{"id": message_id, "tool_name": "search", "arguments": {}}],
        )
        for message_id in AWKWARD_IDS
    ]
    assert store.save_messages(session_id, turns) == AWKWARD_IDS
    # The retry looks all of them up, by one list.
    assert store.save_messages(session_id, turns) == AWKWARD_IDS
    assert store.get_message_count(session_id) == len(AWKWARD_IDS)
    for message_id in AWKWARD_IDS:
        with pytest.raises(MessageExistsError):
            store.save_user_message(session_id, "other", id=message_id)
        with pytest.raises(MessageExistsError):
            store.save_assistant_message(
                session_id,
                {
                    "type": "x",
                    "tool_calls": [{"id": message_id, "tool_name": "search", "arguments": {}}],
                },
            )


@pytest.mark.parametrize("value", ["a", "a ", "a  ", "A", "á", "a\t", "😀", "😀 "])
def test_names_are_compared_with_their_blanks(store: Storage, value: str) -> None:
    values = ["a", "a ", "a  ", "A", "á", "a\t", "😀", "😀 "]
    session_id = store.create_session()
    for each in values:
        store.save_assistant_message(
            session_id,
            {"type": each, "message": each, "tool_calls": [{"tool_name": each, "arguments": {}}]},
        )
    for within in (None, session_id):
        found = store.query_messages(response_type=value, session_id=within)
        assert [message.content for message in found] == [value]
        assert store.count_messages(response_type=value, session_id=within) == 1
        calls = store.query_tool_calls(tool_name=value, session_id=within)
        assert [call.tool_name for call in calls] == [value]


@pytest.mark.parametrize("roles", [["user"], ["tool", "assistant"], ["system", "system"]])
def test_a_history_of_some_roles(store: Storage, roles: list[Role]) -> None:
    session_id = store.create_session()
    every: list[Role] = ["system", "user", "assistant", "tool", "user"]
    store.save_messages(session_id, [NewMessage(role, role) for role in every])
    wanted = [role for role in every if role in roles]
    for limit in (None, 10):
        history = store.get_history(session_id, roles=roles, limit=limit)
        assert [message.role for message in history] == wanted
    with pytest.raises(InvalidInputError):
        store.get_history(session_id, roles=['user"'])  # type: ignore[list-item]


def test_metadata_entries_are_replaced_whatever_is_in_them(store: Storage) -> None:
    awkward = {text[:100]: text[-100:] for text in AWKWARD_IDS}
    session_id = store.create_session(metadata=awkward)
    other = store.create_session(metadata=awkward)
    store.update_session_metadata(session_id, {}, remove=list(awkward))
    for key, value in awkward.items():
        assert [s.id for s in store.query_sessions(metadata={key: value})] == [other]
    assert store.count_sessions(metadata=awkward) == 1
    store.update_session_metadata(session_id, awkward)
    assert store.count_sessions(metadata=awkward) == 2
    assert len(store.query_sessions(metadata=awkward)) == 2
    assert store.count_sessions(metadata={**awkward, "it's": "other"}) == 0
