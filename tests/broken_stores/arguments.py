"""Arguments that are taken for others, or taken where they are to be refused."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timezone
from typing import Any

from broken_stores.breaking import breakage, wrap


@breakage("TestIds::test_compared_exactly", "TestStateful::test_store_and_model_stay_the_same")
def folds_case_in_ids() -> None:
    wrap("create_session", lambda f, s, *, id=None, **how: f(s, id=id and id.lower(), **how))
    for method in (
        "get_session",
        "get_or_create_session",
        "update_session_metadata",
        "close_session",
        "reopen_session",
        "delete_session",
        "get_history",
        "save_messages",
    ):
        wrap(method, lambda f, s, x, *a, **how: f(s, x.lower(), *a, **how))


@breakage("TestIds::test_unicode_forms_are_two_ids")
def normalises_ids() -> None:
    wrap(
        "create_session",
        lambda f, s, *, id=None, **how: f(s, id=id and unicodedata.normalize("NFC", id), **how),
    )


@breakage("TestBadIds::test_needed_id", "TestBadIds::test_optional_id")
def strips_ids() -> None:
    wrap("get_session", lambda f, s, x: f(s, x.strip() if isinstance(x, str) else x))
    wrap(
        "create_session",
        lambda f, s, *, id=None, **how: f(s, id=id.strip() if isinstance(id, str) else id, **how),
    )


@breakage("TestBadIds::test_optional_id", "TestBadIds::test_empty_id_never_means_no_filter")
def takes_an_empty_id_for_no_filter() -> None:
    for method in ("query_messages", "count_messages", "query_tool_calls"):
        wrap(
            method,
            lambda f, s, *, session_id=None, **how: f(s, session_id=session_id or None, **how),
        )


@breakage("TestBadIds::test_needed_id", "TestSaveMessages::test_not_a_list_of_messages")
def looks_at_nothing_when_there_is_nothing_to_save() -> None:
    wrap("save_messages", lambda f, s, sid, new: f(s, sid, new) if new else [])


@breakage("TestBadArguments::test_limit_and_offset", "TestQuerySessions::test_limit_and_offset")
def takes_a_limit_of_0_for_none() -> None:
    for method in ("query_sessions", "query_messages", "query_tool_calls"):
        wrap(method, lambda f, s, *, limit=None, **how: f(s, limit=limit or None, **how))


@breakage("TestBadArguments::test_limit_and_offset")
def takes_true_for_a_limit() -> None:
    wrap(
        "query_messages",
        lambda f, s, *, limit=None, **how: f(s, limit=1 if limit is True else limit, **how),
    )


@breakage("TestBadArguments::test_bounds")
def takes_naive_datetimes_for_utc() -> None:
    def aware(value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value

    wrap("count_messages", lambda f, s, **how: f(s, **{k: aware(v) for k, v in how.items()}))


@breakage("TestBadArguments::test_an_unknown_keyword")
def ignores_unknown_keywords() -> None:
    wrap(
        "get_history",
        lambda f, s, sid, limit=None, before=None, roles=None, **_: f(
            s, sid, limit=limit, before=before, roles=roles
        ),
    )
