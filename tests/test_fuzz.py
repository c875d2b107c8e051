"""The targets of ``make fuzz``, each for a moment; and what it has found."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pymysql
import pytest
from hypothesis import HealthCheck, settings
from rogue_servers import serving
from test_mysql_answers import connection, packet

import agentstore
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.importing import import_conversations

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))
from targets import TARGETS, talk_nonsense


@pytest.mark.parametrize("name", TARGETS)
def test_a_target(name: str) -> None:
    """Ten examples: that it runs at all."""
    settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))(
        TARGETS[name]
    )()


@pytest.mark.parametrize("line", [b'{"role":"","tool_calls":1}', b'[{"role":"x","tool_calls":5}]'])
def test_a_file_of_no_shape(line: bytes) -> None:
    """Whether it is of a form is asked of anything."""
    with agentstore.connect("sqlite://") as store:
        import_conversations(store, read_items(io.BytesIO(line)), keep_going=True)


@pytest.mark.parametrize(
    "reply", [b"Z\0\0\0\x05\0", b"C\0\0\0\x08SEL\0Z\0\0\0\x05I", b"T\0\0\0\x06\0\0"]
)
def test_nonsense_of_postgresql(reply: bytes) -> None:
    """No result, or one of another shape."""
    with serving(talk_nonsense(reply)) as rogue:
        url = f"postgresql://ann@127.0.0.1:{rogue.port}/db?retry_timeout=0&statement_timeout=0.5"
        with agentstore.connect(url) as store, pytest.raises(agentstore.StorageError):
            store.ping()


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x00", b"\x00\x00\x00", b"\x00\xfb\x00\x02\x00", b"\x00\xff", b"\xff", b"\xff\x10"],
)
def test_a_malformed_answer_of_mysql(answer: bytes) -> None:
    """It is an error of the driver's, and the connection is given up."""
    reading = connection(packet(1, answer), [100])
    with pytest.raises(pymysql.OperationalError):
        reading.run_batch("")
    assert reading._sock is None
