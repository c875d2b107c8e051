"""What MySQL answers to a batch is read by us: however it is cut up on its way."""

from __future__ import annotations

import struct
from typing import Any

import pymysql
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentstore.dialects.mysql.connection import MySQLConnection
from agentstore.dialects.mysql.driver import BoundedConnection, Outcome
from agentstore.dialects.registry import load_statements

MORE = 0x0008
AUTOCOMMIT = 0x0002
NUMBERS = st.sampled_from([0, 1, 250, 251, 65_535, 65_536, 2**24, 2**63])
OUTCOMES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8)
PIECES = st.lists(st.integers(1, 12), min_size=1, max_size=5)


class Socket:
    """Gives what it has been given, in pieces of these sizes, again and again."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data = data
        self._sizes = sizes

    def send(self, data: bytes) -> int:
        return len(data)

    def recv(self, _: int) -> bytes:
        self._sizes = self._sizes[1:] + self._sizes[:1]
        piece, self._data = self._data[: self._sizes[0]], self._data[self._sizes[0] :]
        return piece

    def gettimeout(self) -> float:
        return 1.0

    def settimeout(self, _: float) -> None:
        return

    def close(self) -> None:
        return


def connection(data: bytes, sizes: list[int]) -> Any:
    reading: Any = BoundedConnection(defer_connect=True)
    reading._sock = Socket(data, sizes)
    reading._result = None
    return reading


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number % 256]) + payload


def encoded(number: int) -> bytes:
    for limit, mark, size in ((251, b"", 1), (2**16, b"\xfc", 2), (2**24, b"\xfd", 3)):
        if number < limit:
            return mark + number.to_bytes(size, "little")
    return b"\xfe" + number.to_bytes(8, "little")


def answers(outcomes: list[Outcome], *, last: bool) -> bytes:
    """OK packets; the last of them says that nothing follows, where it is the last."""
    packets = []
    for number, (affected, insert_id) in enumerate(outcomes, 1):
        more = MORE if number < len(outcomes) or not last else 0
        status = struct.pack("<HH", AUTOCOMMIT | more, 0)
        packets.append(packet(number, b"\0" + encoded(affected) + encoded(insert_id) + status))
    return b"".join(packets)


@given(OUTCOMES, PIECES)
def test_each_answer_is_read(outcomes: list[Outcome], sizes: list[int]) -> None:
    reading = connection(answers(outcomes, last=True), sizes)
    assert reading.run_batch("…") == outcomes
    assert reading.server_status == AUTOCOMMIT


def test_the_numbers_of_packets_begin_again() -> None:
    outcomes: list[Outcome] = [(number, 0) for number in range(600)]
    assert connection(answers(outcomes, last=True), [1000]).run_batch("…") == outcomes


@given(OUTCOMES, PIECES)
def test_an_error_ends_the_batch_and_not_the_connection(
    outcomes: list[Outcome], sizes: list[int]
) -> None:
    error = b"\xff" + struct.pack("<H", 1048) + b"#23000Column 'position' cannot be null"
    data = answers(outcomes, last=False) + packet(len(outcomes) + 1, error)
    reading = connection(data, sizes)
    with pytest.raises(pymysql.MySQLError) as caught:
        reading.run_batch("…")
    assert caught.value.args[0] == 1048
    assert reading.open


@given(OUTCOMES, PIECES, st.data())
def test_an_answer_that_breaks_off_ends_the_connection(
    outcomes: list[Outcome], sizes: list[int], data: st.DataObject
) -> None:
    whole = answers(outcomes, last=True)
    reading = connection(whole[: data.draw(st.integers(0, len(whole) - 1))], sizes)
    with pytest.raises(pymysql.OperationalError):
        reading.run_batch("…")
    assert not reading.open


@pytest.mark.parametrize("number", [0, 2])
def test_a_packet_that_is_no_answer_ends_the_connection(number: int) -> None:
    reading = connection(packet(number, b"\0\0\0\2\0\0\0"), [100])
    with pytest.raises(pymysql.OperationalError):
        reading.run_batch("…")
    assert not reading.open


@pytest.mark.parametrize("status", [0, 0x0200])
def test_bytes_are_written_as_ascii(status: int) -> None:
    driver = connection(b"", [1])
    driver.server_status = status  # with backslashes that escape, and without
    bound = MySQLConnection(driver, load_statements("mysql"))._bound(
        "%(data)s", {"data": bytes(range(256))}
    )
    assert bound == f"X'{bytes(range(256)).hex()}'"
