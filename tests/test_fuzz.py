"""The targets of ``make fuzz``, each for a moment; and what it has found."""

from __future__ import annotations

import sys
from pathlib import Path

import pymysql
import pytest
from hypothesis import HealthCheck, settings
from test_mysql_answers import connection, packet

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))
from targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target(name: str) -> None:
    """Ten examples: that it runs at all."""
    settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))(
        TARGETS[name]
    )()


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
