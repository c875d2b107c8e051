"""Connections that are cut before a request or between it and its reply: no wrong answer.

The proxy cuts the nth request of a call, so that each round trip of each kind of call is hit,
before it has reached the server and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from figures import Figures
from form import NETWORK, Form
from settling import Account
from workload import ALL, Writer, create_shared

import agentstore
from agentstore import Storage
from agentstore.engine.connection import Connection, Row
from agentstore.testing import Backend, Proxy

MOST_REQUESTS = 4
"""No call of the workload that is one operation takes more round trips."""


@NETWORK
def test_cut_requests(
    database_url: str, proxy: Proxy, account: Account, form: Form, tmp_path: Path
) -> None:
    create_shared(database_url)
    cuts = wanted = 0
    with agentstore.connect(proxy.url, pool_size=2) as store:
        writer = Writer(account.client(proxy.url, "w"), store, "w")
        writer.create_own()
        for number in range(form.cuts * 10):
            operation = ALL[number % len(ALL)]
            turn = number // len(ALL)
            cut = proxy.cut_before_request if turn % 2 else proxy.cut_after_request
            proxy.reset_counters()
            cut(turn // 2 % MOST_REQUESTS + 1)
            entry = writer.do(operation, number)
            cuts += proxy.cuts
            proxy.pass_through()
            wanted += 1
            assert (entry.error, entry.detail) == ("", "")
            if cuts == form.cuts:
                break
    figures = account.settle(database_url, Figures(cuts=cuts))
    assert cuts == form.cuts
    assert figures.acknowledged == wanted


@pytest.fixture
def cut_store(proxy: Proxy) -> Iterator[Storage]:
    """A store behind the proxy, with one warm connection."""
    with agentstore.connect(proxy.url, pool_size=1) as store:
        store.ping()
        yield store


ANSWERS: dict[str, Callable[[Storage], bool]] = {
    "create_session": lambda s: s.create_session(id="new", metadata={"a": 1}) == "new",
    "create_session with a system message": lambda s: (
        s.create_session(id="new", system_message="You are") == "new"
    ),
    "get_or_create_session": lambda s: s.get_or_create_session("new").id == "new",
    "save_user_message": lambda s: s.save_user_message("s", "x", id="m") == "m",
    "save_assistant_message": lambda s: (
        s.save_assistant_message(
            "s", {"type": "t", "message": "x", "tool_calls": [{"tool_name": "a", "arguments": {}}]}
        )
        == s.get_history("s")[-1].id
    ),
    "save_tool_result": lambda s: s.save_tool_result("call", {"n": 1}) is True,
    "take_pending_confirmation": lambda s: (
        (taken := s.take_pending_confirmation("s")) is not None and taken.tool_name == "pay"
    ),
    "update_session_metadata": lambda s: s.update_session_metadata("s", {"k": 1}) is True,
    "close_session": lambda s: s.close_session("s") is True,
    "trash_session": lambda s: s.trash_session("kept") is True,
    "trash_session again": lambda s: s.trash_session("trashed") is False,
    "restore_session": lambda s: s.restore_session("trashed") is True,
    "restore_session again": lambda s: s.restore_session("kept") is False,
    "ping and count": lambda s: s.count_sessions() == 2,
}


@NETWORK
@pytest.mark.parametrize("call", ANSWERS)
def test_each_answer_is_right(
    backend: Backend, store: Storage, cut_store: Storage, proxy: Proxy, call: str
) -> None:
    hit = 0
    for nth in range(1, MOST_REQUESTS + 1):
        for cut in (proxy.cut_after_request, proxy.cut_before_request):
            for session_id in ("s", "new", "kept", "trashed"):
                store.delete_session(session_id)
            for session_id in ("s", "kept", "trashed"):
                store.create_session(id=session_id)
            store.trash_session("trashed")
            store.save_assistant_message(
                "s",
                {"type": "t", "message": "q", "tool_calls": [
                    {"tool_name": "t", "arguments": {}, "id": "call"}
                ]},
            )  # fmt: skip
            store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})
            proxy.reset_counters()
            cut(nth)
            assert ANSWERS[call](cut_store), f"{cut.__name__} {nth}"
            hit += proxy.cuts
            proxy.pass_through()
            assert store.take_pending_confirmation("s") is None or "take" not in call
            positions = [message.position for message in store.get_history("s")]
            assert positions == list(range(len(positions)))
            assert len(positions) == (2 if call.startswith("save_") and "result" not in call else 1)
    assert hit >= 2
    assert store.take_pending_confirmation("s") is None or call != "take_pending_confirmation"


@NETWORK
def test_many_callers_lose_a_reply(store: Storage, cut_store: Storage, proxy: Proxy) -> None:
    store.create_session(id="s")
    for number in range(5):
        store.save_pending_confirmation("s", {"tool_name": f"t{number}", "arguments": {}})
        proxy.cut_after_request()
        taken = [cut_store.take_pending_confirmation("s"), store.take_pending_confirmation("s")]
        assert [found and found.tool_name for found in taken] == [f"t{number}", None]


@NETWORK
def test_a_session_of_somebody_else_is_in_the_way(
    store: Storage, cut_store: Storage, proxy: Proxy
) -> None:
    store.create_session(id="taken")
    for cut in (proxy.cut_after_request, proxy.cut_before_request):
        cut()
        with pytest.raises(agentstore.SessionExistsError):
            cut_store.create_session(id="taken")


@NETWORK
def test_the_same_id_is_saved_once_by_many_whose_replies_are_lost(
    store: Storage, proxy: Proxy, make_store: Callable[..., Storage]
) -> None:
    store.create_session(id="s")
    with agentstore.connect(proxy.url) as cut:
        for number in range(10):
            proxy.cut_after_request()
            for saver in (cut, store, cut):
                assert saver.save_user_message("s", f"{number}", id=f"m{number}") == f"m{number}"
    assert [message.content for message in store.get_history("s")] == [f"{n}" for n in range(10)]


@NETWORK
def test_a_confirmation_is_replaced_while_it_is_taken(
    store: Storage, other_store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the statement that reads it and the one that takes it: the new one is received."""
    store.create_session(id="s")
    store.save_pending_confirmation("s", {"tool_name": "old", "arguments": {}})
    rows = Connection.rows
    saved: list[str] = []

    def read_and_save(self: Connection, name: str, *arguments: Any) -> list[Row]:
        found = rows(self, name, *arguments)
        if name.endswith("get_pending_confirmation") and not saved:
            saved.append("new")
            other_store.save_pending_confirmation("s", {"tool_name": "new", "arguments": {}})
        return found

    monkeypatch.setattr(Connection, "rows", read_and_save)
    taken = store.take_pending_confirmation("s")
    assert taken is not None
    assert taken.tool_name == "new"
    assert store.take_pending_confirmation("s") is None
