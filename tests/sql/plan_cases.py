"""What the statements of the plan tests are asked for: much of the rows, and little."""

from __future__ import annotations

from typing import Any

import plan_seed as seed
import plan_seed_frameworks as frameworks

PAGE = 50

Case = dict[str, Any]

COMMON: Case = {
    "limit": PAGE,
    "offset": 0,
    "roles": ["user", "assistant"],
    "role": "user",
    "message_id": f"{seed.LONG_SESSION}/51",
    "tool_call_id": f"{seed.LONG_SESSION}/1/0",
}


def times(after: int, before: int, after_key: int) -> Case:
    """Time filters, and the end of a page, at the sessions with these numbers."""
    return {
        "after": seed.session_time(after),
        "before": seed.session_time(before),
        "created_after": seed.session_time(after),
        "created_before": seed.session_time(before),
        "updated_after": seed.session_time(after),
        "updated_before": seed.session_time(before),
        "after_key_timestamp": seed.session_time(after_key),
        "after_key_created_at": seed.session_time(after_key),
        "after_key_last_message_at": seed.session_time(after_key),
        "after_key_idle_since": seed.session_time(after_key),
        "idle_before": seed.session_time(before),
        "after_key_session_id": f"session-{after_key:05d}",
        "after_key_id": f"session-{after_key:05d}",
    }


CASES: dict[str, Case] = {
    "filters that keep much": {
        **COMMON,
        **times(1_000, 11_000, 6_000),
        "session_id": seed.LONG_SESSION,
        "entry": '["plan","pro"]',
        "entries": [f'["user_id","{seed.FREQUENT_USER}"]'],
        "scope_tenant_id": seed.FREQUENT_TENANT,
        "scope_user_id": seed.FREQUENT_USER,
        "archived": False,
        "pinned": False,
        "after_id": "session-03000",
        "response_type": "execute",
        "tool_name": "search",
        "active": False,
        "success": True,
        "before_position": 9_000,
        "after_key_position": 5_000,
    },
    "filters that keep little": {
        **COMMON,
        **times(11_980, 11_990, 11_985),
        "session_id": seed.SHORT_SESSION,
        "entry": f'["user_id","{seed.RARE_USER}"]',
        "entries": ['["plan","pro"]'],
        "scope_tenant_id": seed.RARE_TENANT,
        "scope_user_id": seed.RARE_USER,
        "archived": True,
        "pinned": True,
        "after_id": "session-11900",
        "response_type": "clarify",
        "tool_name": "refund",
        "active": True,
        "success": False,
        "before_position": 1,
        "after_key_position": 1,
    },
}


CHECKPOINT_CASES: dict[str, Case] = {
    "filters that keep much": {
        "thread_id": frameworks.LONG_THREAD,
        "source_thread_id": frameworks.LONG_THREAD,
        "ids": [frameworks.LONG_THREAD, frameworks.SHORT_THREAD],
        "checkpoint_id": frameworks.checkpoint_id(3_000),
        "before_id": frameworks.checkpoint_id(6_000),
        "after_key_id": frameworks.checkpoint_id(5_000),
        "after_key_thread_id": frameworks.LONG_THREAD,
        "entry": frameworks.FREQUENT_SOURCE,
        "entries": [frameworks.FREQUENT_SOURCE],
        "namespace_keys": ["", frameworks.SUBGRAPH],
        "checkpoint_ids": [frameworks.checkpoint_id(number) for number in (2_400, 2_404)],
    },
    "filters that keep little": {
        "thread_id": frameworks.SHORT_THREAD,
        "source_thread_id": frameworks.SHORT_THREAD,
        "ids": [frameworks.SHORT_THREAD],
        "checkpoint_id": frameworks.checkpoint_id(8_100),
        "before_id": frameworks.checkpoint_id(3),
        "after_key_id": frameworks.checkpoint_id(2),
        "after_key_thread_id": "thread-00000",
        "entry": '["run_id","run-700"]',
        "entries": ['["run_id","run-701"]'],
        "namespace_keys": [""],
        "checkpoint_ids": [frameworks.checkpoint_id(8_100)],
    },
}
ADK_CASES: dict[str, Case] = {
    "filters that keep much": {
        "app_key": frameworks.APP,
        "user_key": frameworks.FREQUENT_CUSTOMER,
    },
    "filters that keep little": {
        "app_key": frameworks.APP,
        "user_key": frameworks.RARE_CUSTOMER,
    },
}
OF_FOLDER = {"checkpoints": CHECKPOINT_CASES, "adk": ADK_CASES}
"""What else the parameters of a folder's statements are, or are instead."""
