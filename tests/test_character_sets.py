"""MySQL: the server reads statements in the character set that values are escaped for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import agentstore
from agentstore import ConfigurationError, Storage

pytestmark = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)

HOSTILE = "\u00bf' OR 1=1 -- \u7e40\\' \u81e8'; DROP TABLE agentstore_messages; -- \ubf27"
"""Texts of which other character sets make a quote out of a character's half and a backslash."""


@pytest.mark.parametrize("character_set", ["gbk", "big5", "sjis", "latin1", "utf8mb3"])
def test_a_bound_connection_is_asked(driver_connection: Any, character_set: str) -> None:
    """SET NAMES is seen by the server alone."""
    driver_connection.cursor().execute(f"SET NAMES {character_set}")
    with pytest.raises(ConfigurationError, match=character_set):
        agentstore.bind(driver_connection)
    driver_connection.cursor().execute("SET NAMES utf8mb4")
    agentstore.bind(driver_connection)


@pytest.mark.parametrize("character_set", ["gbk", "big5", "sjis"])
def test_an_init_command_cannot_undo_it(
    make_store: Callable[..., Storage], database_url: str, character_set: str
) -> None:
    """A pooled connection sets its own after it."""
    make_store()
    separator = "&" if "?" in database_url else "?"
    url = f"{database_url}{separator}init_command=SET NAMES {character_set}"
    with agentstore.connect(url) as store:
        session_id = store.create_session()
        store.save_user_message(session_id, HOSTILE)
        assert [message.content for message in store.get_history(session_id)] == [HOSTILE]
