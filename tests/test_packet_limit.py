"""What a MySQL server takes in one packet, where that is as little as any takes: a mebibyte."""

from __future__ import annotations

import pytest

from agentstore import InvalidInputError, NewMessage, Storage
from agentstore.dialects.mysql.connection import MySQLConnection

pytestmark = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)


@pytest.fixture(autouse=True)
def small_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes a mebibyte, as far as the library knows."""
    monkeypatch.setattr(MySQLConnection, "packet_limit", lambda self: 2**20)


@pytest.mark.parametrize("text", ["😀" * 270_000, "\0" + "😀" * 96_000], ids=["plain", "escaped"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_what_is_larger_is_refused_and_leaves_no_hole(
    store: Storage, count: int, text: str
) -> None:
    store.create_session(id="s")
    before = store.get_session("s")
    with store.transaction():
        with pytest.raises(InvalidInputError, match="max_allowed_packet"):
            store.save_messages("s", [NewMessage("user", text)] * count)
        assert store.get_session("s") == before
        store.save_user_message("s", "after")
    assert [(m.position, m.content) for m in store.get_history("s")] == [(0, "after")]
