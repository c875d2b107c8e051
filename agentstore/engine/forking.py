"""What happens to the stores of a process when it forks (gunicorn --preload, multiprocessing).

The child opens connections of its own. The parent's are kept, so that they are never closed by
the child: the server would be told so on a connection that the parent is using. A fork made in C
(uWSGI's) tells Python nothing, so each call looks at the process id.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

from agentstore.engine.mutex import Mutex, holding, new_mutex
from agentstore.engine.pool import Pool


class ForkWatcher(Protocol):
    """What is told of a fork."""

    def before_fork(self) -> None:
        """The process is about to fork, in this thread."""

    def after_fork_in_parent(self) -> None:
        """It has forked."""

    def after_fork_in_child(self) -> None:
        """This is the child; no other thread is here, whatever it held."""


class _State:
    process = os.getpid()


_watchers: weakref.WeakSet[ForkWatcher] = weakref.WeakSet()
_in_child: list[Callable[[], object]] = []
_inherited: list[Pool] = []
_entering: dict[int, Mutex] = {}


def watch(watcher: ForkWatcher) -> None:
    """Tell something of each fork, for as long as it lives."""
    _watchers.add(watcher)


def call_in_child(function: Callable[[], object]) -> None:
    """Call a function in each forked child, before any store is used there."""
    _in_child.append(function)


def keep_pool(pool: Pool) -> None:
    """Keep the parent's pool from being collected in the child."""
    _inherited.append(pool)


def notice() -> None:
    """Where this process is a child that nobody has told of the fork: tell everybody."""
    if _State.process != os.getpid():
        _after_in_child()


def _all_watchers() -> list[ForkWatcher]:
    # Retried, as another thread may be opening a store in this very moment.
    while True:
        with suppress(RuntimeError):
            return list(_watchers)


def _before() -> None:
    for watcher in _all_watchers():
        watcher.before_fork()


def _after_in_parent() -> None:
    for watcher in _all_watchers():
        watcher.after_fork_in_parent()


def _after_in_child() -> None:
    process = os.getpid()
    # A mutex for each process: a thread of the parent that held its own is not here.
    holding(_entering.setdefault(process, new_mutex()), partial(_enter, process))


def _enter(process: int) -> None:
    """Have everybody know that this is another process; once in it."""
    if _State.process == process:
        return
    for function in _in_child:
        function()
    for watcher in _all_watchers():
        watcher.after_fork_in_child()
    _State.process = process


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
    )
