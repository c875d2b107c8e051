"""Processes that apply a policy or erase a user, to be killed in the middle of it."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from multiprocessing.context import ForkServerProcess

import agentstore
from agentstore import NewMessage, RetentionPolicy, Storage
from agentstore.retention.rules import RetentionRule

AGO = timedelta(days=9)
MESSAGES = 3
"""Of each session."""
POLICY = RetentionPolicy(
    (
        RetentionRule("closed", "trash", timedelta(days=1), state="closed"),
        RetentionRule("open", "delete", timedelta(days=1), state="open"),
    )
)
_LONGEST = 0.4
_LIMIT = 60.0

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    [
        "deleters",
        *(f"agentstore.dialects.{d}.repository" for d in ("mysql", "postgresql", "sqlite")),
    ]
)


def apply_policy(url: str) -> None:
    """Apply the policy, until it is done."""
    with agentstore.connect(url) as store:
        store.apply_retention(POLICY, share=1)


def erase_ann(url: str) -> None:
    """Erase a user."""
    with agentstore.connect(url) as store:
        store.erase_user("ann")


def fill(store: Storage, prefix: str, count: int, *, user_id: str) -> list[str]:
    """Old sessions of a user, every second one closed."""
    ids = [f"{prefix}-{number}" for number in range(count)]
    at = datetime.now(timezone.utc) - AGO
    messages = [NewMessage("user", f"{number}", timestamp=at) for number in range(MESSAGES)]
    with store.transaction():
        for number, session_id in enumerate(ids):
            store.create_session(id=session_id, created_at=at, user_id=user_id)
            store.save_messages(session_id, messages)
            if number % 2:
                store.close_session(session_id)
    return ids


def run_killed(work: Callable[[str], None], url: str, chance: random.Random) -> bool:
    """Run some work in a process that is killed after a while; False where it was done before."""
    process: ForkServerProcess = _processes.Process(target=work, args=(url,))
    process.start()
    time.sleep(chance.uniform(0, _LONGEST))
    process.kill()
    process.join(_LIMIT)
    assert process.exitcode in (0, -9)
    return process.exitcode != 0
