"""Erasures whose connection is cut before a request, or between it and its reply: one receipt."""

from __future__ import annotations

import pytest
from form import NETWORK

import agentstore
from agentstore import Storage
from agentstore.testing import Proxy

REQUESTS = 12
"""An erasure of one session makes no more."""


@NETWORK
@pytest.mark.parametrize("way", ["before", "after"])
def test_a_receipt_is_written_once(store: Storage, proxy: Proxy, way: str) -> None:
    cuts = 0
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        for nth in range(1, REQUESTS + 1):
            store.create_session(id="s", user_id=f"ann{nth}")
            store.save_user_message("s", "hello")
            proxy.reset_counters()
            (proxy.cut_before_request if way == "before" else proxy.cut_after_request)(nth)
            receipt = cut_store.erase_user(f"ann{nth}")
            cuts += proxy.cuts
            proxy.pass_through()
            assert receipt.rows["agentstore_sessions"] == 1
            assert receipt.rows["agentstore_messages"] == 1
            assert (receipt.held, receipt.finished_at is None) == (0, False)
            assert store.get_session("s") is None
            assert len(store.query_erasure_receipts()) == nth
    assert cuts >= 5
