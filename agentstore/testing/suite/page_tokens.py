"""Page tokens: what is none, and what is one of another list, is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from agentstore import InvalidInputError, Storage

NESTED = base64.urlsafe_b64encode(b"[" * 1400).decode().rstrip("=")


class TestPageTokens:
    def test_a_token_is_of_one_list(self, store: Storage) -> None:
        for _ in range(3):
            store.create_session(metadata={"n": 1})
        token = store.page_sessions(metadata={"n": 1}, limit=1).next_page_token
        assert token is not None
        assert len(store.page_sessions(metadata={"n": 1.0}, page_token=token).items) == 2
        for filters in (
            {},
            {"metadata": {"n": 2}},
            {"metadata": {"n": 1}, "order": "asc"},
            {"metadata": {"n": 1}, "order_by": "last_message_at"},
        ):
            with pytest.raises(InvalidInputError):
                store.page_sessions(page_token=token, **filters)
        with pytest.raises(InvalidInputError):
            store.scoped(tenant_id="t").page_sessions(metadata={"n": 1}, page_token=token)

    def test_a_token_is_of_sessions_or_of_messages(self, store: Storage) -> None:
        for session_id in ("a", "b"):
            store.create_session(id=session_id)
            store.save_user_message(session_id, "hello")
        of_sessions = store.page_sessions(limit=1, order="asc").next_page_token
        of_messages = store.page_messages(limit=1, order="asc").next_page_token
        with pytest.raises(InvalidInputError):
            store.page_messages(page_token=of_sessions)
        with pytest.raises(InvalidInputError):
            store.page_sessions(order="asc", page_token=of_messages)

    def test_a_token_is_taken_to_the_letter(self, store: Storage) -> None:
        for _ in range(2):
            store.create_session()
        token = store.page_sessions(limit=1).next_page_token
        assert token is not None
        place, _ = token.split(".")
        texts = [*("", "x", ".", "\u00fc.\u00fc", token[:-1], f"{token}=", f"A{token}", token * 9)]
        texts += [f"{token[:4]}{among}{token[4:]}" for among in ("!!!!", " ", "\n", "====")]
        texts += [token[:-1] + last for last in "ABCDQRghwx_-" if last != token[-1]]
        texts += [f"{NESTED}.AAAA", f"{place}.", f"{place}.AAAA", token + "\n"]
        for text in texts:
            with pytest.raises(InvalidInputError):
                store.page_sessions(page_token=text)
            with pytest.raises(InvalidInputError):
                store.scoped(tenant_id="a").page_sessions(tenant_id="b", page_token=text)

    @pytest.mark.parametrize("character", ["x", "\u00e9", "\U0001f600"])
    def test_ids_of_any_length_are_paged(self, store: Storage, character: str) -> None:
        ids = sorted(first + character * 190 for first in "abc")
        for session_id in ids:
            store.create_session(id=session_id)
            store.save_user_message(session_id, "hello")
        token, found = None, []
        for _ in ids:
            page = store.page_sessions(limit=1, order="asc", page_token=token)
            found += [session.id for session in page.items]
            token = page.next_page_token
        assert (found, token) == (ids, None)
        first = store.page_messages(limit=2)
        rest = store.page_messages(limit=2, page_token=first.next_page_token)
        assert [message.session_id for message in (*first.items, *rest.items)] == ids

    @pytest.mark.parametrize("limit", [None, 0, True, 1001, "5"])
    def test_what_is_no_size_of_a_page(self, store: Storage, limit: Any) -> None:
        with pytest.raises(InvalidInputError):
            store.page_sessions(limit=limit)
        with pytest.raises(InvalidInputError):
            store.page_messages(limit=limit)
