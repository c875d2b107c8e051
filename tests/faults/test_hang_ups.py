"""A client that is gone while its batch is under way: the whole turn or nothing.

The server notices at some statement that nobody listens, and what it does from there on is its own
affair: with ROW_COUNT() as the guard of its inserts it went on, and committed half a turn.
"""

from __future__ import annotations

import random
import socket
import struct
import time

import pymysql
import pytest
from form import Form
from pymysql.constants import COMMAND, CR

import agentstore
from agentstore import NewMessage, UnavailableError
from agentstore.dialects.mysql.connection import MySQLConnection

LONGEST_BATCH = 0.001
CALLS = [{"tool_name": "search", "arguments": {}, "result": {}}] * 3
TURN = [NewMessage("user", "Hello"), NewMessage("assistant", "Yes", tool_calls=CALLS)]


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
def test_a_turn_is_whole_or_not_there(
    database_url: str, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)

    def send_and_reset(connection: MySQLConnection, text: str, _: None) -> None:
        driver = connection.driver_connection
        driver._execute_command(COMMAND.COM_QUERY, text)
        time.sleep(chance.uniform(0, LONGEST_BATCH))
        driver._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        driver._force_close()
        raise pymysql.OperationalError(CR.CR_SERVER_LOST, "reset by the test")

    with agentstore.connect(database_url) as store:
        session_id = store.create_session()
    with agentstore.connect(database_url, retry_timeout=0) as store:
        monkeypatch.setattr(MySQLConnection, "_send_batch", send_and_reset)
        for _ in range(10 * form.cuts):
            with pytest.raises(UnavailableError):
                store.save_messages(session_id, TURN)
        monkeypatch.undo()
        store.save_messages(session_id, TURN)
        history = store.get_history(session_id)
    assert [message.position for message in history] == list(range(len(history)))
    assert [len(message.tool_calls) for message in history] == [0, 3] * (len(history) // 2)
    assert len(history) > 2
